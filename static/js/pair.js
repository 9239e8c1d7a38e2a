/* Enrols this phone with the pairing that stands behind the # of the address, which no server and no log ever sees. */

import { enrol } from './device.js';
import { startWorker } from './shell.js';
import { probe } from './store.js';
import { fill, read } from './words.js';

const words = read('words');
const settings = read('settings');
const place = (id) => document.getElementById(id);

function say(sentence) {
  place('trouble').hidden = !sentence;
  place('trouble').textContent = sentence ?? '';
}

async function hindrance(token) {
  if (!token) return words.no_token;
  if (!globalThis.crypto?.subtle) return words.no_keys;
  return (await probe().catch(() => false)) ? null : words.not_kept;
}

async function begin() {
  const token = location.hash.slice(1);
  const wrong = await hindrance(token);
  say(wrong);
  if (wrong) return;
  const form = place('pair');
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('button');
    button.disabled = true;
    try {
      const { enrolment } = await enrol(settings.devices, token, form.elements.name.value.trim());
      history.replaceState(null, '', location.pathname);
      form.hidden = true;
      place('paired').hidden = false;
      place('paired-words').textContent = fill(words.paired, enrolment);
      say(null);
      await startWorker().catch(() => {});
    } catch (failure) {
      say(failure.detail ?? words.failed);
      button.disabled = false;
    }
  });
}

begin();
