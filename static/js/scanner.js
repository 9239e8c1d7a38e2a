/* The scanner of one shift: takes codes from camera, handheld scanner and keyboard, and shows each answer. */

import { pruneActs } from './acts.js';
import { DoorClock } from './door-clock.js';
import { DoorLine } from './door-line.js';
import { EnrolHere } from './enrol-here.js';
import { keepAwake } from './keep-awake.js';
import { ReadyPanel } from './ready-panel.js';
import { checkReadiness } from './readiness.js';
import { Desk } from './scan-desk.js';
import { carryOver, count } from './scan-queue.js';
import { ResultList, ResultScreen } from './scan-results.js';
import { ScanSender } from './scan-sender.js';
import { keepShell, startWorker } from './shell.js';
import { signal } from './signals.js';
import { Tray } from './tray.js';
import { Trouble } from './trouble.js';
import { Viewfinder } from './viewfinder.js';
import { listenForWedge } from './wedge.js';
import { fill, read } from './words.js';

const REFRESH = 5 * 60 * 1000;
const HEARTBEAT = 60 * 1000;

const words = read('words');
const settings = read('settings');
const place = (id) => document.getElementById(id);

const clock = new DoorClock(settings.account);
const line = new DoorLine(settings, clock);
const screen = new ResultScreen(place('result'), place('spoken'), settings.icons);
const list = new ResultList(place('list'), place('list-empty'), settings.icons, words, (item) => line.undo(item, words));
const tray = new Tray(place('tray'), { ...words.tray, in: words.in, out: words.out, zone: words.zone });
const trouble = new Trouble(place('trouble'), words, settings);
const panel = new ReadyPanel(place('ready'), words.readiness);

const sender = new ScanSender(settings, clock, {
  answered(item, result) {
    show(item, result);
    others?.postMessage({ item, result });
  },
  unreadable: (item, detail) => list.put(item, { outcome: 'refused', headline: words.not_taken, explanation: detail }),
  trouble: (kind) => {
    trouble.say(kind);
    if (kind === 'revoked') line.reload().then(showReadiness);
  },
  late: () => desk.allLate(),
  counted: showUnsent,
});

const desk = new Desk(settings, words, { clock, device: () => line.device, snapshot: () => line.snapshot, direction }, sender, {
  list: (item, result) => list.put(item, result),
  counted: () => count().then(showUnsent, () => {}),
  present(result, again) {
    if (!again) signal(result.outcome);
    if (!screen.held) screen.show(result);
  },
});

const viewfinder = new Viewfinder(place('viewfinder'), words.camera, (text) => {
  if (!screen.held) desk.takeOnce(text, 'manager_scan');
});

new EnrolHere(place('enrol-here'), settings, words.pairing, async () => {
  await line.reload();
  await prepare();
});

/* One tab sends for all: the others hear from it what became of their scans. */
const others = 'BroadcastChannel' in window ? new BroadcastChannel('door-answers') : null;
others?.addEventListener('message', ({ data: { item, result } }) => {
  if (desk.begun.has(item.nonce)) show(item, result);
  count().then(showUnsent, () => {});
});

function show(item, result) {
  if (!result.stored) {
    list.put(item, { outcome: 'refused', headline: words.not_taken, explanation: result.explanation ?? '' });
    tray.show();
  } else desk.answered(item, result);
  askForCounts();
}

function showUnsent(n) {
  place('unsent').hidden = n === 0;
  place('unsent').textContent = fill(words.unsent, { n });
  place('send-now').hidden = n === 0;
}

function direction() {
  return place('direction').querySelector(':checked').value;
}

let countsTimer = null;
function askForCounts() {
  clearTimeout(countsTimer);
  countsTimer = setTimeout(showCounts, 600);
}

async function showCounts() {
  const counts = await line.presence().catch(() => ({}));
  for (const [name, n] of Object.entries(counts)) {
    const shown = place(`count-${name}`);
    if (shown) shown.textContent = n;
  }
}

const decoder = () => viewfinder.reader.prepare().then(() => true, () => false);

let isReady = false;
async function showReadiness() {
  const state = await checkReadiness({ device: line.device, snapshot: line.snapshot, clock, decoder });
  isReady = state.ready;
  panel.show(state);
  place('enrol-here').hidden = line.device?.state === 'enrolled' || !settings.signed_in || !window.isSecureContext;
}

/* Gets everything that working without a network takes, as far as the network allows, and says how far that is.
   One at a time: a second one asked for meanwhile follows the first. */
let preparing = Promise.resolve();
function prepare() {
  preparing = preparing.then(prepareOnce, prepareOnce);
  return preparing;
}

async function prepareOnce() {
  /* First, so that the decoder is among the files that are kept. */
  await decoder();
  if (navigator.onLine) {
    await line.refresh().catch((error) => { if (error.message === 'update') trouble.say('update'); });
    if (line.device?.state === 'revoked') trouble.say('revoked');
    await keepShell(settings, line.voice).catch((error) => console.warn('the page could not be kept', error));
  }
  await pruneActs().catch(() => {});
  await showReadiness();
}

function remember(key, choice, read, restore) {
  try {
    restore(sessionStorage.getItem(key));
    choice.addEventListener('change', () => sessionStorage.setItem(key, read()));
  } catch { /* Without memory it begins as it always does. */ }
}

function rememberChoices() {
  const ways = place('direction');
  remember(`direction:${settings.shift}`, ways, direction, (last) => {
    const before = last && ways.querySelector(`[value="${last}"]`);
    if (before) before.checked = true;
  });
  const rapid = place('rapid');
  remember('rapid', rapid, () => String(rapid.checked), (last) => { rapid.checked = last === 'true'; });
  const apply = () => {
    place('viewfinder').dataset.way = direction();
    screen.rapid = rapid.checked;
  };
  for (const choice of [ways, rapid]) choice.addEventListener('change', apply);
  apply();
}

place('typed').addEventListener('submit', (event) => {
  event.preventDefault();
  desk.take(place('code').value, 'short_code');
  place('code').value = '';
});

listenForWedge((text) => {
  setTimeout(() => { place('code').value = ''; });
  if (screen.held) screen.hide();
  desk.takeOnce(text, text.startsWith('VH') ? 'handheld' : 'short_code');
});

place('send-now').addEventListener('click', () => sender.now());
place('refresh').addEventListener('click', prepare);
window.addEventListener('online', prepare);

async function beat() {
  await line.heartbeat().catch(() => {});
  await (isReady ? showReadiness() : prepare());
}

async function begin() {
  rememberChoices();
  keepAwake();
  navigator.storage?.persist?.().catch?.(() => {});
  viewfinder.open();
  await clock.load().catch(() => {});
  await line.load().catch(() => {});
  await carryOver().catch((error) => console.warn('older scans could not be taken over', error));
  tray.show().catch(() => {});
  showUnsent(await count().catch(() => 0));
  showCounts();
  sender.flush();
  await showReadiness();
  await startWorker().catch((error) => console.warn('no service worker', error));
  await prepare();
  setInterval(prepare, REFRESH);
  setInterval(beat, HEARTBEAT);
}

begin();
