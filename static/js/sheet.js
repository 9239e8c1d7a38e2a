/* Closes the sheet behind 更多 when somebody touches elsewhere or presses Escape. */

const sheet = document.querySelector('.chrome-more');

if (sheet) {
  document.addEventListener('pointerdown', (event) => {
    if (!sheet.contains(event.target)) sheet.open = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !sheet.open) return;
    sheet.open = false;
    sheet.querySelector('summary').focus();
  });
}
