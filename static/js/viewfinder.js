/* The viewfinder of the scanner: the camera, the reader of its pictures, the words when one of them fails. */

import { Camera, CameraTrouble } from './camera.js';
import { QrReader } from './qr-reader.js';

/* Browsers inside other programs, where a camera that does not open will not open at the second try either. */
const IN_APP = /MicroMessenger|DingTalk|AlipayClient|QQ\/|Weibo/i;
const HOPELESS_THERE = ['unsupported', 'denied', 'failed', 'none'];
const HOPELESS = ['insecure', 'unsupported', 'in_app'];

export class Viewfinder {
  constructor(frame, words, onText) {
    this.frame = frame;
    this.words = words;
    this.sentence = frame.querySelector('#camera-words');
    this.button = frame.querySelector('#camera-start');
    this.torch = frame.querySelector('#torch');
    this.video = frame.querySelector('video');
    this.camera = new Camera(this.video, () => this.again());
    this.reader = new QrReader(this.video, onText);
    this.wanted = false;
    this.starting = false;
    this.button.addEventListener('click', () => this.start());
    this.torch.addEventListener('click', () => this.switchTorch());
    document.addEventListener('visibilitychange', () => this.returned());
  }

  /* Starts at once where the camera was allowed before; else asks with a button, so that the prompt explains itself. */
  async open() {
    const hindrance = Camera.hindrance();
    if (hindrance) this.explain(here(hindrance), null);
    else if (await Camera.isAllowed()) await this.start();
    else this.explain('ask', 'start');
  }

  async start() {
    if (this.starting) return;
    this.starting = true;
    this.wanted = true;
    this.explain('starting', null);
    try {
      await this.camera.start();
      await this.reader.prepare().catch((error) => {
        console.warn('no QR decoder', error);
        throw new CameraTrouble('reader');
      });
      this.frame.dataset.state = 'running';
      this.torch.hidden = !this.camera.hasTorch;
      this.torch.setAttribute('aria-pressed', 'false');
      this.reader.run();
    } catch (trouble) {
      this.camera.stop();
      const kind = here(trouble.kind ?? 'failed');
      this.explain(kind, HOPELESS.includes(kind) ? null : 'retry');
    } finally {
      this.starting = false;
    }
  }

  explain(kind, button) {
    this.frame.dataset.state = kind;
    this.sentence.textContent = this.words[kind];
    this.button.hidden = !button;
    if (button) this.button.textContent = this.words[button];
  }

  /* The system took the camera away: another program, or a locked screen. */
  again() {
    if (this.wanted && !document.hidden) setTimeout(() => this.start(), 500);
  }

  returned() {
    if (document.hidden || !this.wanted) return;
    if (this.camera.running) this.video.play().catch(() => {});
    else this.start();
  }

  async switchTorch() {
    const on = this.torch.getAttribute('aria-pressed') !== 'true';
    try {
      await this.camera.light(on);
      this.torch.setAttribute('aria-pressed', String(on));
    } catch {
      this.torch.hidden = true;
    }
  }
}

/* What helps inside WeChat is to leave it. */
function here(kind) {
  return IN_APP.test(navigator.userAgent) && HOPELESS_THERE.includes(kind) ? 'in_app' : kind;
}
