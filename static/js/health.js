/* Keeps the health board fresh: asks for its texts, puts in what changed, and loads the page anew when
   rows or warnings came or went. A lost network is said, and asked again. */

const page = document.getElementById('health');
const lost = document.getElementById('health-lost');
const EVERY = 15000;

async function refresh() {
  if (document.hidden) return;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 10000);
  try {
    const answer = await fetch(page.dataset.source, { signal: stop.signal, cache: 'no-store', redirect: 'manual' });
    if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) {
      location.reload();
      return;
    }
    if (!answer.ok) throw new Error(answer.status);
    const { shape, values } = await answer.json();
    lost.hidden = true;
    if (shape !== page.dataset.shape) location.reload();
    else put(values);
  } catch {
    lost.hidden = false;
  } finally {
    clearTimeout(timer);
  }
}

function put(values) {
  for (const place of page.querySelectorAll('[data-live]')) {
    const text = values[place.dataset.live];
    if (text !== undefined && place.textContent !== text) place.textContent = text;
  }
}

setInterval(refresh, EVERY);
document.addEventListener('visibilitychange', refresh);
