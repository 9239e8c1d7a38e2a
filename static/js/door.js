/* The list of today's shifts: says which of them would open here without a network, and keeps itself. */

import { thisDevice, voice } from './device.js';
import { count } from './scan-queue.js';
import { keepShell, keptPages, startWorker } from './shell.js';
import { all } from './store.js';
import { fill, read } from './words.js';

const words = read('words');
const settings = read('settings');

async function showUnsent() {
  const n = await count();
  const box = document.getElementById('unsent');
  box.hidden = n === 0;
  box.textContent = fill(words.unsent, { n });
}

/* Prepared is what has both: its page and its snapshot. */
async function showPrepared() {
  const pages = new Set(await keptPages());
  const snapshots = new Set((await all('snapshots')).map((kept) => kept.id));
  for (const row of document.querySelectorAll('[data-shift]')) {
    const prepared = pages.has(new URL(row.href).pathname) && snapshots.has(Number(row.dataset.shift));
    row.querySelector('[data-prepared]').hidden = !prepared;
  }
}

async function begin() {
  await Promise.allSettled([showUnsent(), showPrepared()]);
  await startWorker();
  if (navigator.onLine) await keepShell(settings, voice(await thisDevice(), settings.account));
}

begin().catch((error) => console.warn('the page could not be kept', error));
