/* Shows of the form for a file only what the chosen kind reads, and the formats it can be written in. */

const kind = document.getElementById('kind');
const writing = document.getElementById('writing');

function show() {
  const chosen = kind.selectedOptions[0];
  const needs = chosen.dataset.needs.split(' ');
  for (const part of kind.form.querySelectorAll('[data-need]')) {
    const needed = needs.includes(part.dataset.need);
    part.hidden = !needed;
    // What is hidden is not sent: nobody may be asked for something they cannot see.
    for (const input of part.querySelectorAll('input, select')) input.disabled = !needed;
  }
  const formats = chosen.dataset.formats.split(' ');
  for (const option of writing.options) option.disabled = !formats.includes(option.value.replace('gb18030', 'csv'));
  if (writing.selectedOptions[0].disabled) writing.value = formats[0];
  const further = kind.form.querySelector('.exports-further');
  further.hidden = !further.querySelector('[data-need]:not([hidden])');
}

kind.addEventListener('change', show);
show();
