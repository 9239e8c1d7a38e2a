/* Keeps a rotating code fresh: swaps the picture when its time is up, says so when the network is gone,
   and keeps the screen awake. Used by a volunteer's own page and by the screen at a station's door. */

import { keepAwake } from './keep-awake.js';
import { fill, read } from './words.js';

const card = document.getElementById('code');
const picture = card.querySelector('.code-picture');
const typed = card.querySelector('.code-short');
const bar = card.querySelector('.code-left');
const lost = card.querySelector('.code-lost');
const clock = document.getElementById('clock');
const words = read('words');
const lifetime = Number(card.dataset.lifetime);

/* A code stays good for one more slot after its own, so that a slow network harms nobody. */
const GRACE = lifetime * 1000;
const RETRY = 2000;

let endsAt = performance.now() + Number(card.dataset.secondsLeft) * 1000;
let asking = false;
let signedOut = false;

async function refresh() {
  if (asking || signedOut) return;
  asking = true;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 8000);
  try {
    const response = await fetch(card.dataset.source, { signal: stop.signal, cache: 'no-store', redirect: 'manual' });
    if (response.type === 'opaqueredirect' || response.status === 401 || response.status === 403) {
      signedOut = true;
      return;
    }
    if (!response.ok) throw new Error(response.status);
    const code = await response.json();
    const asked = performance.now();
    await preload(code.qr_url);
    picture.src = code.qr_url;
    if (typed) typed.textContent = code.short_code;
    if (clock) clock.textContent = code.time.slice(0, 5);
    endsAt = asked + code.seconds_left * 1000;
  } catch {
    /* Shown by tick(), asked again by it. */
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  } finally {
    clearTimeout(timer);
    asking = false;
  }
}

function preload(address) {
  const image = new Image();
  image.src = address;
  return image.decode();
}

function tick() {
  const left = endsAt - performance.now();
  bar.value = Math.max(0, left / 1000);
  if (left < 150) refresh();
  const dead = signedOut || left < -GRACE;
  const late = left < -3000;
  card.classList.toggle('is-lost', dead);
  lost.hidden = !(dead || late);
  if (dead) say(signedOut ? words.signed_out : words.lost);
  else if (late) say(fill(words.ageing, { seconds: Math.ceil((left + GRACE) / 1000) }));
}

function say(sentence) {
  const place = lost.querySelector('span');
  if (place.textContent !== sentence) place.textContent = sentence;
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) tick();
});
window.addEventListener('online', refresh);
setInterval(tick, 500);
keepAwake();
