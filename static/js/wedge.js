/* A handheld scanner is a keyboard that types very fast and ends with Enter or Tab. Its keys are collected
   wherever the focus is, by their place on the keyboard, so that a Chinese input method cannot garble them. */

const FAST = 100;
const SHORTEST = 8;
const SIGNS = { Period: '.', NumpadDecimal: '.', Minus: '-', NumpadSubtract: '-', Slash: '/', Semicolon: ':' };

export function listenForWedge(onText) {
  let text = '';
  let last = 0;

  document.addEventListener('keydown', (event) => {
    const now = event.timeStamp;
    if (now - last > FAST) text = '';
    last = now;
    if (event.ctrlKey || event.altKey || event.metaKey) {
      text = '';
      return;
    }
    if (event.code === 'Enter' || event.code === 'NumpadEnter' || event.code === 'Tab') {
      const whole = text;
      text = '';
      if (whole.length < SHORTEST) return;
      event.preventDefault();
      event.stopPropagation();
      onText(whole);
      return;
    }
    text += signOf(event.code);
  }, true);
}

/* Codes are read without regard to case, so Shift does not matter. */
function signOf(code) {
  const match = /^(?:Key([A-Z])|Digit(\d)|Numpad(\d))$/.exec(code);
  return match ? match[1] ?? match[2] ?? match[3] : SIGNS[code] ?? '';
}
