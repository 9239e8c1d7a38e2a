/* Keeps the screen on while the page is in front, where the browser can. */

export function keepAwake() {
  if (!('wakeLock' in navigator)) return;
  const ask = () => {
    if (!document.hidden) navigator.wakeLock.request('screen').catch(() => {});
  };
  document.addEventListener('visibilitychange', ask);
  ask();
}
