/* Reads QR codes out of a running video: by the browser's own detector where it works, else by the
   vendored decoder, which is fetched only then. */

import { prepareZXingModule, readBarcodes } from '../vendor/zxing-wasm-3.1.4/es/reader/index.js';

const WASM = new URL('../vendor/zxing-wasm-3.1.4/zxing_reader.wasm', import.meta.url).href;
const PAUSE = 90;
/* Wide enough for a phone's code at arm's length, small enough for a cheap phone's processor. */
const WIDEST = 960;

export class QrReader {
  constructor(video, onText) {
    this.video = video;
    this.onText = onText;
    this.canvas = document.createElement('canvas');
    this.timer = null;
    this.detect = null;
  }

  /* Chooses a detector; throws if there is none. Some browsers offer one that fails when it is used. */
  async prepare() {
    if (this.detect) return;
    this.detect = (await nativeDetector()) ?? (await wasmDetector());
  }

  run() {
    if (this.timer === null) this.timer = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    try {
      const picture = this.grab();
      for (const text of picture ? await this.detect(picture) : []) this.onText(text);
    } catch (error) {
      console.warn('a frame could not be read', error);
    } finally {
      this.timer = setTimeout(() => this.look(), PAUSE);
    }
  }

  grab() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width || this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    const scale = Math.min(1, WIDEST / width);
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const context = this.canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return context.getImageData(0, 0, this.canvas.width, this.canvas.height);
  }
}

async function nativeDetector() {
  try {
    if (!(await BarcodeDetector.getSupportedFormats()).includes('qr_code')) return null;
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    await detector.detect(new ImageData(8, 8));
    return async (picture) => (await detector.detect(picture)).map((found) => found.rawValue);
  } catch {
    return null;
  }
}

async function wasmDetector() {
  await prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
  const options = { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 2 };
  return async (picture) => (await readBarcodes(picture, options)).filter((found) => found.isValid).map((found) => found.text);
}
