/* Reads the page's main part aloud where the browser can speak: one block after the other, the one being read marked. */

const BLOCKS = 'h1, h2, h3, p, li, dt, dd, summary, legend, label, td, th, a.button, button, a.row, .figure-label, .figure-value';
const LONGEST = 180;

const bar = document.querySelector('[data-read-aloud]');
const main = document.getElementById('main');
let turn = 0;

/* Whole blocks, none inside another that is read already. */
function blocks() {
  const chosen = [];
  for (const one of main.querySelectorAll(BLOCKS)) {
    if (one.closest('[hidden]') || !one.getClientRects().length || one.closest('.visually-hidden')) continue;
    if (chosen.some((other) => other.contains(one))) continue;
    if (words(one)) chosen.push(one);
  }
  return chosen;
}

function words(block) {
  return block.innerText.replace(/\s+/g, ' ').trim();
}

/* Some voices stop in the middle of a long text, so that it is given to them by sentences. */
function sentences(text) {
  const parts = text.match(/[^。！？；.!?;]+[。！？；.!?;]*/g) ?? [];
  return parts.flatMap((part) => part.match(new RegExp(`.{1,${LONGEST}}`, 'gs')) ?? []);
}

function speak(text) {
  return new Promise((resolve) => {
    const said = new SpeechSynthesisUtterance(text);
    said.lang = document.documentElement.lang;
    said.rate = 0.9;
    said.onend = resolve;
    said.onerror = resolve;
    speechSynthesis.speak(said);
  });
}

function show(reading) {
  bar.querySelector('span').textContent = reading ? bar.dataset.stop : bar.dataset.start;
  bar.querySelector('button').setAttribute('aria-pressed', String(reading));
}

function stop() {
  turn += 1;
  speechSynthesis.cancel();
  document.querySelector('.is-read')?.classList.remove('is-read');
  show(false);
}

async function read() {
  const mine = ++turn;
  speechSynthesis.cancel();
  show(true);
  for (const block of blocks()) {
    if (mine !== turn) return;
    block.classList.add('is-read');
    block.scrollIntoView({ block: 'center' });
    for (const part of sentences(words(block))) if (mine === turn) await speak(part);
    block.classList.remove('is-read');
  }
  if (mine === turn) stop();
}

if (bar && 'speechSynthesis' in window) {
  bar.hidden = false;
  bar.querySelector('button').addEventListener('click', () => {
    if (bar.querySelector('button').getAttribute('aria-pressed') === 'true') stop();
    else read();
  });
  window.addEventListener('pagehide', stop);
}
