import { isUsable, RECOVERY } from '../../core/enrollment/enrolled.js';
import { trustedDevices } from '../../core/session/trusted-device.js';
import { type Notice, pageStateOf } from '../flow/page-state.js';
import type { Page, Visit } from '../page.js';
import type { DeviceEntry, SettingsEntry, View } from '../view.js';
import { isOwner, type Owner, ownerOf } from './owner.js';

/** `GET /account/security`: what the user has, and what can be done about it. */
export async function overview(visit: Visit): Promise<Page> {
  const owner = await ownerOf(visit, { fresh: false });
  return isOwner(owner) ? { view: overviewView(visit, owner) } : owner;
}

function overviewView(visit: Visit, owner: Owner): View {
  const { site, texts, state } = visit;
  const { security } = site.paths;
  const { notice } = pageStateOf(state);
  return {
    page: 'security',
    entries: owner.own
      .filter((it) => it.status === 'active' && it.kind !== RECOVERY)
      .map((it) => entryOf(visit, owner, it)),
    hasRecoveryCode: owner.own.some((it) => it.kind === RECOVERY && it.status === 'active'),
    add: `${security}/add`,
    remove: `${security}/remove`,
    recovery: visit.form(`${security}/recovery-code`),
    devices: devicesOf(visit, owner),
    forget: visit.form(`${security}/forget`),
    back: site.home,
    notice: notice && noticeText(texts.security, notice),
  };
}

const noticeText = (texts: Visit['texts']['security'], notice: Notice): string =>
  ({ added: texts.addedNotice, removed: texts.removedNotice, forgotten: texts.forgottenNotice })[
    notice
  ];

export const entryOf = (
  { mfa }: Visit,
  { account }: Owner,
  it: Owner['own'][number],
): SettingsEntry => ({
  id: it.id,
  kind: it.kind,
  name: it.name,
  usable: isUsable(mfa, account, it),
  createdAt: new Date(it.createdAt),
  usedAt: it.usedAt === undefined ? undefined : new Date(it.usedAt),
});

function devicesOf({ mfa }: Visit, { account }: Owner): readonly DeviceEntry[] | undefined {
  if (mfa.settings.trustedDevices === undefined) return undefined;
  return trustedDevices(account, mfa.clock.now()).map(({ id, name, createdAt, usedAt }) => ({
    id,
    name,
    createdAt: new Date(createdAt),
    usedAt: new Date(usedAt),
  }));
}
