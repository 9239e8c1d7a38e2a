/* Put into the scanner page before anything else: notes when a picture comes before the camera and when it is read.
   The number of a picture stands as eight black or white fields in the top left corner of each frame. */

window.bench = { shown: [], read: [], looks: 0, running: false };

(() => {
  const FIELDS = 8;
  const WIDTH = 32;
  const canvas = new OffscreenCanvas(FIELDS * WIDTH, 16);
  const context = canvas.getContext('2d', { willReadFrequently: true });

  function number(video) {
    context.drawImage(video, 0, 0, canvas.width, 16, 0, 0, canvas.width, 16);
    const { data } = context.getImageData(0, 8, canvas.width, 1);
    let found = 0;
    for (let field = 0; field < FIELDS; field += 1) {
      found = found * 2 + (data[(field * WIDTH + WIDTH / 2) * 4] > 127 ? 1 : 0);
    }
    return found;
  }

  function watch(video) {
    let last = -1;
    const look = (at) => {
      const now = number(video);
      if (now !== last) {
        const { looks } = window.bench;
        const running = document.getElementById('viewfinder').dataset.state === 'running';
        window.bench.shown.push({ number: now, at, looks, running });
        last = now;
      }
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  }

  document.addEventListener('DOMContentLoaded', () => watch(document.querySelector('#viewfinder video')));
})();
