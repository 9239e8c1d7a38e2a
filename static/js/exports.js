/* Watches the files that are being made: moves their progress, and loads the page anew when one has ended. */

const list = document.getElementById('exports');
const EVERY = 2000;
const AFTER_TROUBLE = 10000;

function show(file) {
  const row = list.querySelector(`[data-export="${file.id}"]`);
  if (!row) return true;
  if (row.dataset.state !== file.state) return true;
  const bar = row.querySelector('progress');
  if (bar && file.percent !== null) bar.value = file.percent;
  const rows = row.querySelector('[data-rows-done]');
  if (rows) rows.textContent = list.dataset.rows.replace('{n}', file.rows.toLocaleString());
  return false;
}

async function look() {
  if (document.hidden) return EVERY;
  const answer = await fetch(list.dataset.source, {
    headers: { Accept: 'application/json' },
    cache: 'no-store',
    redirect: 'manual',
    signal: AbortSignal.timeout(10000),
  });
  if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) {
    location.reload();
    return null;
  }
  if (!answer.ok) return AFTER_TROUBLE;
  const { files } = await answer.json();
  if (files.map(show).some(Boolean)) {
    location.reload();
    return null;
  }
  return files.some((file) => file.open) ? EVERY : null;
}

async function watch() {
  const pause = await look().catch(() => AFTER_TROUBLE);
  if (pause !== null) setTimeout(watch, pause);
}

if (list?.dataset.watched === 'yes') setTimeout(watch, EVERY);
