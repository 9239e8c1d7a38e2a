/* What every page does by script, and does without.

   A form that was sent says so on its button, and is not sent twice. It opens again when the page is come back to, or
   after a while, since an answer may be a file, and a network may have gone. A table wider than the screen can be
   scrolled by keyboard even where nothing in it can be focused. */

const PATIENCE = 10000;
const sent = new WeakMap();

function reopen(form) {
  const { button, timer } = sent.get(form) ?? {};
  clearTimeout(timer);
  sent.delete(form);
  form.removeAttribute('aria-busy');
  button?.classList.remove('is-working');
}

function told() {
  let place = document.getElementById('working');
  if (!place) {
    place = Object.assign(document.createElement('p'), { id: 'working', className: 'visually-hidden' });
    place.setAttribute('role', 'status');
    document.body.append(place);
  }
  return place;
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.target) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  const button = event.submitter ?? form.querySelector('button:not([type="button"])');
  sent.set(form, { button, timer: setTimeout(() => reopen(form), PATIENCE) });
  form.setAttribute('aria-busy', 'true');
  button?.classList.add('is-working');
  if (form.method === 'post') told().textContent = document.body.dataset.working;
});

window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) reopen(form);
  told().textContent = '';
});

function letScroll() {
  for (const wide of document.querySelectorAll('.table-wrap')) {
    const inside = wide.querySelector('a[href], button, input, select, textarea, summary');
    if (wide.scrollWidth > wide.clientWidth && !inside) wide.tabIndex = 0;
    else wide.removeAttribute('tabindex');
  }
}

letScroll();
window.addEventListener('resize', letScroll);
