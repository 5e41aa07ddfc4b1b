/**
 * What JavaScript adds, where there is any: a form is sent once, the code from a text message is filled in (WebOTP),
 * the seconds until the next code count down. Without it every page works the same.
 */
export const SCRIPT = `
for (const form of document.forms) form.addEventListener('submit', () => {
  const button = form.querySelector('button:not([type=button])');
  setTimeout(() => { if (button) button.disabled = true; });
});
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
const wait = document.querySelector('[data-wait]');
if (wait) {
  const button = wait.parentElement.querySelector('button');
  let left = Number(wait.dataset.wait);
  const tick = () => {
    wait.textContent = left > 0 ? wait.dataset.text.replace('#', left) : '';
    button.disabled = left > 0;
    if (left > 0) setTimeout(tick, 1000);
    left -= 1;
  };
  tick();
}
const code = document.querySelector('input[data-otp]');
if (code && 'OTPCredential' in window) {
  const stop = new AbortController();
  code.form.addEventListener('submit', () => stop.abort());
  navigator.credentials.get({ otp: { transport: ['sms'] }, signal: stop.signal })
    .then((found) => { if (found && !code.value) { code.value = found.code; code.form.requestSubmit(); } })
    .catch(() => {});
}
`;
