import type { Texts } from '../locales/en.js';
import type { DeviceEntry, SettingsEntry, View } from '../view.js';
import { PostForm, Problem } from './parts.js';

type Of<Page extends View['page']> = {
  readonly view: Extract<View, { readonly page: Page }>;
  readonly texts: Texts;
};

const dated = (texts: Texts, at: Date): string =>
  at.toLocaleDateString(texts.lang, { dateStyle: 'medium', timeZone: 'UTC' });

const nameOf = ({ security }: Texts, { kind, name }: SettingsEntry): string => {
  const word = { otp: security.otp, phone: security.phone, email: security.email }[kind] ?? kind;
  return name === undefined ? word : `${word} ${name}`;
};

/** What the user has, and what can be done about it. */
export const Security = ({ view, texts }: Of<'security'>) => (
  <>
    {view.notice === undefined ? null : (
      <p class="notice" role="status">
        {view.notice}
      </p>
    )}
    <p class="soft">{texts.security.intro}</p>
    {view.entries.length === 0 ? (
      <p>{texts.security.none}</p>
    ) : (
      <Entries view={view} texts={texts} />
    )}
    <a class="button" href={view.add}>
      {texts.security.add}
    </a>
    {view.entries.length === 0 ? null : <RecoverySection view={view} texts={texts} />}
    {view.devices === undefined ? null : (
      <Devices devices={view.devices} view={view} texts={texts} />
    )}
    <p class="more">
      <a href={view.back}>{texts.security.back}</a>
    </p>
  </>
);

const Entries = ({ view, texts }: Of<'security'>) => (
  <ul class="list">
    {view.entries.map((entry) => (
      <li key={entry.id}>
        <div>
          {nameOf(texts, entry)}
          <div class="soft small">
            {texts.security.added(dated(texts, entry.createdAt))}
            {entry.usedAt ? `, ${texts.security.used(dated(texts, entry.usedAt))}` : ''}
            {entry.usable ? '' : `, ${texts.security.disabled}`}
          </div>
        </div>
        <a
          href={`${view.remove}?id=${encodeURIComponent(entry.id)}`}
          aria-label={`${texts.security.remove}: ${nameOf(texts, entry)}`}
        >
          {texts.security.remove}
        </a>
      </li>
    ))}
  </ul>
);

const RecoverySection = ({ view, texts: { security } }: Of<'security'>) => (
  <>
    <h2>{security.recovery}</h2>
    <p>{view.hasRecoveryCode ? security.recoveryActive : security.recoveryNone}</p>
    <PostForm form={view.recovery}>
      <button class="plain" type="submit">
        {security.recoveryNew}
      </button>
    </PostForm>
  </>
);

const Devices = ({
  devices,
  view,
  texts,
}: Of<'security'> & { readonly devices: readonly DeviceEntry[] }) => (
  <>
    <h2>{texts.security.devices}</h2>
    {devices.length === 0 ? <p>{texts.security.devicesNone}</p> : null}
    <ul class="list">
      {devices.map(({ id, name, createdAt, usedAt }) => (
        <li key={id}>
          <div>
            {name}
            <div class="soft small">
              {texts.security.added(dated(texts, createdAt))},{' '}
              {texts.security.used(dated(texts, usedAt))}
            </div>
          </div>
          <PostForm form={view.forget}>
            <input type="hidden" name="device" value={id} />
            <button class="link" type="submit" aria-label={`${texts.security.forget}: ${name}`}>
              {texts.security.forget}
            </button>
          </PostForm>
        </li>
      ))}
    </ul>
    {devices.length > 1 ? (
      <PostForm form={view.forget}>
        <button class="plain" type="submit">
          {texts.security.forgetAll}
        </button>
      </PostForm>
    ) : null}
  </>
);

export const Remove = ({ view, texts }: Of<'remove'>) => (
  <>
    <Problem text={view.error} />
    <p>{texts.remove.text(nameOf(texts, view.entry))}</p>
    <div class="stack">
      <PostForm form={view.form}>
        <button type="submit">{texts.remove.submit}</button>
      </PostForm>
      <a class="button plain" href={view.cancel}>
        {texts.remove.cancel}
      </a>
    </div>
  </>
);
