/* The screen on a wall: one scene after another for weeks, without a hand.

   It asks every few minutes for one word that changes with the figures. Only when an answer has come is anything
   replaced: without a network the last figures stay, with their time. It never leaves its page on a dead line. */

import { chart } from './board-charts.js';
import { read } from './words.js';

const SHOWN = 15_000;
const ASKED = 300_000;
const RETRIED = 30_000;
const PATIENCE = 20_000;
const STEP = 3;
const WAYS = [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]];

const words = read('words');
let wall = document.getElementById('wall');
let at = -1;
let turns = 0;
let drawn = null;
let off = false;

const scenes = () => [...wall.querySelectorAll('.scene')];

function turn() {
  const all = scenes();
  at = (at + 1) % all.length;
  show(all);
  /* A few pixels aside each time, so that no edge burns in. */
  const [x, y] = WAYS[turns % WAYS.length];
  wall.style.transform = `translate(${x * STEP}px, ${y * STEP}px)`;
  turns += 1;
}

function show(all) {
  drawn?.end();
  drawn = null;
  all.forEach((scene, number) => {
    scene.hidden = number !== at;
  });
  const place = all[at].querySelector('[data-chart]');
  if (place) drawn = chart(place, JSON.parse(wall.querySelector(`#${place.dataset.chart}`).textContent));
  wall.querySelector('#dots').replaceChildren(...(all.length > 1 ? all : []).map((_, number) => {
    const dot = document.createElement('span');
    dot.className = number === at ? 'here' : '';
    return dot;
  }));
  tell();
}

function tell() {
  const clock = wall.querySelector('#clock');
  clock.hidden = false;
  clock.textContent = new Date().toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: wall.dataset.zone });
}

function trouble(word) {
  const place = wall.querySelector('#trouble');
  place.textContent = word ? words[word] : '';
  place.hidden = !word;
  document.body.dataset.state = word || 'fresh';
}

async function fetched(address) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(address, { redirect: 'manual', cache: 'no-store', signal: stop.signal });
    return { response, text: response.ok ? await response.text() : '' };
  } finally {
    clearTimeout(late);
  }
}

async function ask() {
  let next = RETRIED;
  try {
    const { response, text } = await fetched(wall.dataset.source);
    if (response.type === 'opaqueredirect') trouble('signed_out');
    else if (response.status === 404) trouble('off');
    else if (!response.ok) trouble('busy');
    else {
      if (JSON.parse(text).stamp !== wall.dataset.stamp) await renew();
      trouble('');
      next = ASKED;
    }
  } catch {
    trouble('lost');
  }
  off = document.body.dataset.state === 'off';
  setTimeout(ask, next);
}

/* Puts the new page's screen in place of the old one; a new release of the scripts is loaded whole. */
async function renew() {
  const { response, text } = await fetched(location.href);
  const fresh = response.ok && new DOMParser().parseFromString(text, 'text/html').getElementById('wall');
  if (!fresh) throw new Error('no page');
  if (fresh.dataset.release !== wall.dataset.release) {
    location.reload();
    return;
  }
  drawn?.end();
  drawn = null;
  wall.replaceWith(fresh);
  wall = fresh;
  at = Math.min(at, scenes().length - 1);
  show(scenes());
}

turn();
setInterval(() => {
  if (!off) turn();
}, SHOWN);
setInterval(tell, 10_000);
setTimeout(ask, ASKED);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) show(scenes());
});
