import { logIn } from './api.js';
import { make } from './dom.js';
import { say } from './words.js';

/** Asks for the name and the text of a key until they fit. Resolves when they do. */
export function askForKey(dialog) {
  return new Promise((resolve) => {
    const wrong = make('p', { class: 'bad', role: 'alert' });
    const name = make('input', { name: 'username', autocomplete: 'username', required: true, maxlength: 100 });
    const key = make('input', {
      name: 'password',
      type: 'password',
      autocomplete: 'current-password',
      required: true,
      maxlength: 200,
    });
    const form = make(
      'form',
      { method: 'dialog' },
      make('h2', { id: 'login-title' }, say('logIn')),
      make('p', { class: 'faint' }, say('logInWhy')),
      make('label', {}, say('name'), name),
      make('label', {}, say('key'), key),
      wrong,
      make('button', { type: 'submit' }, say('logIn')),
    );
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const status = await logIn(name.value, key.value).catch(() => 0);
      wrong.textContent = status === 200 ? '' : say(status === 429 ? 'tooOften' : status === 401 ? 'wrong' : 'away');
      if (status !== 200) return;
      dialog.close();
      resolve();
    });
    dialog.replaceChildren(form);
    if (!dialog.open) dialog.showModal();
  });
}
