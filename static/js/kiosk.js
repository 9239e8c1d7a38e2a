/* The tablet at the door: two big buttons, a handheld scanner or typed codes, an answer for a few seconds.

   Whatever was scanned or shown is gone when the screen returns to its start, which it does by itself. */

import { signal } from './signals.js';
import { listenForWedge } from './wedge.js';
import { read } from './words.js';

const form = document.getElementById('kiosk');
const typed = document.getElementById('typed');
const prompt = document.getElementById('prompt');
const cancel = document.getElementById('cancel');
const choices = document.getElementById('choices');
const result = document.getElementById('result');
const pin = document.getElementById('pin');
const buttons = [...form.querySelectorAll('[name=direction]')];
const words = read('words');
const { icons } = read('settings');
const ICONS = { accepted: 'check', already: 'repeat', pending: 'clock', refused: 'cross', failed: 'alert' };

/* How long an answer stays, and how long the screen waits for the next step; both well under half a minute. */
const SHOWN = 6000;
const WAIT = 20000;
const PATIENCE = 10000;

let direction = null;
let code = '';
let nonce = '';
let timer = 0;
let busy = false;

function rest() {
  clearTimeout(timer);
  direction = null;
  code = '';
  nonce = '';
  typed.value = '';
  if (pin) pin.value = '';
  choices.replaceChildren();
  choices.hidden = true;
  cancel.hidden = true;
  result.hidden = true;
  for (const place of ['.result-word', '.result-name', '.result-why']) result.querySelector(place).textContent = '';
  for (const button of buttons) {
    button.hidden = false;
    button.setAttribute('aria-pressed', 'false');
  }
  document.body.dataset.state = 'idle';
  prompt.textContent = words.idle;
}

function wait(state, sentence) {
  clearTimeout(timer);
  timer = setTimeout(rest, WAIT);
  document.body.dataset.state = state;
  prompt.textContent = sentence;
  cancel.hidden = false;
}

function choose(way) {
  direction = way;
  for (const button of buttons) button.setAttribute('aria-pressed', String(button.value === way));
  if (code) send();
  else {
    wait('code', way === 'out' ? words.code_out : words.code_in);
    typed.focus();
  }
}

function take(text) {
  if (busy || !result.hidden) rest();
  code = text.trim();
  typed.value = '';
  nonce = newNonce();
  if (direction) send();
  else wait('direction', words.direction);
}

function newNonce() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function send(shift = '') {
  if (busy) return;
  busy = true;
  clearTimeout(timer);
  document.body.dataset.state = 'busy';
  prompt.textContent = words.busy;
  const data = new FormData();
  data.set('csrf_token', form.elements.csrf_token.value);
  for (const [name, value] of Object.entries({ code, nonce, direction, shift_id: shift })) data.set(name, value);
  try {
    const answer = await ask(data);
    if (answer.ask) offer(answer.ask);
    else show(answer);
  } catch {
    show({ outcome: 'failed', headline: words.failed, explanation: words.failed_why, name: null });
  } finally {
    busy = false;
  }
}

async function ask(data) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(form.action, {
      method: 'POST', body: data, headers: { Accept: 'application/json' }, redirect: 'manual', signal: stop.signal,
    });
    const answer = response.type === 'opaqueredirect' ? null : await response.json();
    if (!answer || !(answer.ask || answer.headline)) throw new Error('no answer');
    return answer;
  } finally {
    clearTimeout(late);
  }
}

function offer(shifts) {
  wait('shift', words.shift);
  for (const button of buttons) button.hidden = true;
  choices.replaceChildren(...shifts.map((shift) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'kiosk-choice';
    const title = document.createElement('strong');
    title.textContent = shift.title;
    const span = document.createElement('span');
    span.className = 'num';
    span.textContent = shift.span;
    button.append(title, span);
    button.addEventListener('click', () => send(shift.shift_id));
    return button;
  }));
  choices.hidden = false;
}

function show(answer) {
  const { outcome } = answer;
  rest();
  result.className = `result kiosk-result result-${outcome === 'failed' ? 'refused' : outcome}`;
  result.querySelector('use').setAttribute('href', `${icons}#${ICONS[outcome] ?? 'alert'}`);
  result.querySelector('.result-word').textContent = answer.headline;
  result.querySelector('.result-name').textContent = answer.name ?? '';
  result.querySelector('.result-why').textContent = answer.explanation;
  result.hidden = false;
  document.body.dataset.state = 'result';
  signal(outcome === 'failed' ? 'refused' : outcome);
  timer = setTimeout(rest, SHOWN);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const way = event.submitter?.name === 'direction' ? event.submitter.value : direction;
  if (typed.value.trim()) {
    code = typed.value.trim();
    nonce = newNonce();
    typed.value = '';
  }
  if (way) choose(way);
  else if (code) wait('direction', words.direction);
});
/* Enter in the field would press the first button: only a press of one's own chooses a direction. */
typed.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.isComposing) return;
  event.preventDefault();
  if (typed.value.trim()) take(typed.value);
});
/* Somebody is typing: the screen does not return under their hands, and does half a minute after they have gone. */
for (const field of [typed, pin]) field?.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(rest, WAIT);
});
cancel.addEventListener('click', rest);
document.getElementById('done').addEventListener('click', rest);
listenForWedge((text) => {
  if (document.activeElement !== pin) take(text);
});
addEventListener('pagehide', rest);
addEventListener('pageshow', (event) => {
  if (event.persisted) rest();
});

/* A scanner prepared on this tablet earlier would open its kept pages without asking the server. */
navigator.serviceWorker?.getRegistrations().then((all) => all.forEach((one) => one.unregister())).catch(() => {});
rest();
