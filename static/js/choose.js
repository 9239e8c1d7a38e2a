/* Ticks all boxes of a list at once, or none, or those of one group, and says how many are ticked. */

const boxes = [...document.querySelectorAll('#choose input[type=checkbox][name=person]')];
const count = document.getElementById('choose-count');

function tick(wanted) {
  for (const box of boxes) box.checked = wanted(box);
  show();
}

function show() {
  if (count) count.textContent = boxes.filter((box) => box.checked).length;
}

for (const [id, all] of [['choose-all', true], ['choose-none', false]]) {
  const button = document.getElementById(id);
  if (!button) continue;
  button.hidden = false;
  button.addEventListener('click', () => tick(() => all));
}
document.addEventListener('change', show);
show();
