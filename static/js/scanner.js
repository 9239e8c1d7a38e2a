/* The scanner of one shift: takes codes from camera, handheld scanner and keyboard, and shows each answer. */

import { keepAwake } from './keep-awake.js';
import { newNonce, ScanQueue } from './scan-queue.js';
import { ResultList, ResultScreen } from './scan-results.js';
import { learn, serverNow } from './server-clock.js';
import { signal } from './signals.js';
import { Viewfinder } from './viewfinder.js';
import { listenForWedge } from './wedge.js';
import { fill, read } from './words.js';

/* A code held in view, and a person just answered, are not asked about again for so long. */
const SAME = 10000;
/* Without an answer for so long, the operator is told that the scan is kept. */
const SLOW = 2500;
/* An answer later than this goes to the list only: the person has walked on. */
const STALE = 10000;

const words = read('words');
const settings = read('settings');
const place = (id) => document.getElementById(id);

const screen = new ResultScreen(place('result'), place('spoken'), settings.icons);
const list = new ResultList(place('list'), place('list-empty'), settings.icons, words);
const begun = new Map();
const seen = new Map();

const queue = new ScanQueue(settings, {
  answered(item, result) {
    list.put(item, result);
    if (isRecent(item)) present(result);
    if (result.outcome !== 'refused') seen.set(personOf(item.code) + item.direction, performance.now());
    begun.delete(item.nonce);
    askForCounts();
  },
  waiting: (item) => keptHere(item),
  refused: (item, detail) => {
    list.put(item, { outcome: 'refused', headline: words.not_taken, explanation: detail, at: wallTime(item) });
    begun.delete(item.nonce);
  },
  trouble: explainTrouble,
  count(n) {
    place('unsent').hidden = n === 0;
    place('unsent').textContent = fill(words.unsent, { n });
  },
});

function take(text, way) {
  const code = text.trim().slice(0, 2000);
  if (!code) return;
  const item = {
    nonce: newNonce(),
    code,
    direction: direction(),
    shift_id: settings.shift,
    scanned_at: serverNow().toISOString(),
    entry_point: way,
  };
  begun.set(item.nonce, { at: performance.now(), timer: setTimeout(() => keptHere(item), SLOW), told: false });
  queue.add(item);
}

/* From camera and handheld scanner, which read the same code again and again. */
function takeOnce(text, way) {
  const now = performance.now();
  const keys = [text + direction(), personOf(text) + direction()];
  const known = keys.filter((key) => now - (seen.get(key) ?? -SAME) < SAME);
  for (const key of known) seen.set(key, now);
  if (known.length || screen.held) return;
  seen.set(keys[0], now);
  take(text, way);
}

/* The part of a personal code that stays when it rotates; of anything else the whole. */
function personOf(code) {
  return /^(VH1\.P\.[0-9A-Z]+)\./i.exec(code)?.[1] ?? code;
}

function keptHere(item) {
  const scan = begun.get(item.nonce);
  if (scan?.told) return;
  clearTimeout(scan?.timer);
  if (scan) scan.told = true;
  const foreign = item.entry_point === 'manager_scan' && personOf(item.code) === item.code;
  const result = foreign
    ? { outcome: 'refused', headline: words.foreign, explanation: words.foreign_why }
    : { outcome: 'stored', headline: words.stored, explanation: words.stored_why };
  list.put(item, { ...result, at: wallTime(item) });
  if (scan) present(result);
}

function isRecent(item) {
  const scan = begun.get(item.nonce);
  clearTimeout(scan?.timer);
  return Boolean(scan) && performance.now() - scan.at < STALE;
}

function present(result) {
  signal(result.outcome);
  if (!screen.held) screen.show(result);
}

function wallTime(item) {
  return new Date(item.scanned_at).toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false });
}

function direction() {
  return place('direction').querySelector(':checked').value;
}

function explainTrouble(kind) {
  const box = place('trouble');
  const act = place('trouble-act');
  box.hidden = !kind;
  if (!kind) return;
  box.querySelector('span').textContent = words[kind];
  act.hidden = !['signed_out', 'stale'].includes(kind);
  act.textContent = kind === 'signed_out' ? words.sign_in : words.reload;
  act.onclick = () => (kind === 'signed_out' ? location.assign(settings.sign_in) : location.reload());
}

let countsTimer = null;
function askForCounts() {
  clearTimeout(countsTimer);
  countsTimer = setTimeout(showCounts, 600);
}

async function showCounts() {
  try {
    const response = await fetch(settings.presence, { redirect: 'error', cache: 'no-store' });
    learn(response);
    for (const [name, n] of Object.entries(await response.json())) {
      const shown = place(`count-${name}`);
      if (shown) shown.textContent = n;
    }
  } catch { /* The numbers stay as they were; the next answer asks again. */ }
}

function rememberDirection() {
  const key = `direction:${settings.shift}`;
  const choice = place('direction');
  try {
    const last = sessionStorage.getItem(key);
    const before = choice.querySelector(`[value="${last}"]`);
    if (before) before.checked = true;
    choice.addEventListener('change', () => sessionStorage.setItem(key, direction()));
  } catch { /* Without memory it begins at checking in. */ }
  const colour = () => { place('viewfinder').dataset.way = direction(); };
  choice.addEventListener('change', colour);
  colour();
}

place('typed').addEventListener('submit', (event) => {
  event.preventDefault();
  take(place('code').value, 'short_code');
  place('code').value = '';
});

listenForWedge((text) => {
  setTimeout(() => { place('code').value = ''; });
  if (screen.held) screen.hide();
  takeOnce(text, text.startsWith('VH') ? 'manager_scan' : 'short_code');
});

rememberDirection();
keepAwake();
navigator.storage?.persist?.();
showCounts().finally(() => queue.flush());
new Viewfinder(place('viewfinder'), words.camera, (text) => takeOnce(text, 'manager_scan')).open();
