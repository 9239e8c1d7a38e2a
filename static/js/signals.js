/* What the answer sounds and feels like, each kind of its own, for people who do not look at the screen. */

const TONES = {
  accepted: [[880, 0.09], [1320, 0.16]],
  already: [[660, 0.12], [0, 0.06], [660, 0.12]],
  pending: [[520, 0.22]],
  stored: [[520, 0.22]],
  refused: [[220, 0.18], [0, 0.06], [180, 0.34]],
};
const SHAKES = { accepted: [60], already: [60, 60, 60], pending: [120], stored: [120], refused: [220, 80, 220] };

let context = null;

/* A browser lets a page sound only after a touch or a key. The first time takes long: never in a key's way. */
function wake() {
  context ??= 'AudioContext' in window ? new AudioContext() : null;
  if (context?.state === 'suspended') context.resume().catch(() => {});
}
for (const kind of ['pointerdown', 'keydown']) document.addEventListener(kind, () => setTimeout(wake), { passive: true });

export function signal(outcome) {
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(SHAKES[outcome]);
  if (context?.state !== 'running') return;
  let at = context.currentTime + 0.02;
  for (const [pitch, length] of TONES[outcome]) {
    if (pitch) tone(pitch, at, length);
    at += length;
  }
}

function tone(pitch, at, length) {
  const voice = context.createOscillator();
  const gain = context.createGain();
  voice.type = pitch < 300 ? 'sawtooth' : 'sine';
  voice.frequency.value = pitch;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.35, at + 0.012);
  gain.gain.setValueAtTime(0.35, at + length - 0.02);
  gain.gain.linearRampToValueAtTime(0, at + length);
  voice.connect(gain).connect(context.destination);
  voice.start(at);
  voice.stop(at + length);
}
