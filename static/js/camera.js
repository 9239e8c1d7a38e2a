/* The camera of the scanner: opens it, names what hinders it, keeps it running, switches its torch. */

const WANTED = { audio: false, video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } } };

const TROUBLES = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

export class CameraTrouble extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

export class Camera {
  constructor(video, onEnd) {
    this.video = video;
    this.onEnd = onEnd;
    this.stream = null;
  }

  /* Tells what can be told without asking: 'insecure', 'unsupported', or nothing. */
  static hindrance() {
    if (!window.isSecureContext) return 'insecure';
    return navigator.mediaDevices?.getUserMedia ? null : 'unsupported';
  }

  /* Tells whether the person has already allowed the camera; false where the browser will not say. */
  static async isAllowed() {
    try {
      return (await navigator.permissions.query({ name: 'camera' })).state === 'granted';
    } catch {
      return false;
    }
  }

  get running() {
    return this.stream?.getVideoTracks().some((track) => track.readyState === 'live') ?? false;
  }

  async start() {
    const hindrance = Camera.hindrance();
    if (hindrance) throw new CameraTrouble(hindrance);
    this.stop();
    try {
      this.stream = await navigator.mediaDevices.getUserMedia(WANTED);
      this.video.srcObject = this.stream;
      await this.video.play();
    } catch (error) {
      this.stop();
      throw new CameraTrouble(TROUBLES[error.name] ?? 'failed');
    }
    for (const track of this.stream.getVideoTracks()) track.addEventListener('ended', () => this.onEnd());
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  get hasTorch() {
    const track = this.stream?.getVideoTracks()[0];
    return Boolean(track?.getCapabilities?.().torch);
  }

  async light(on) {
    await this.stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
  }
}
