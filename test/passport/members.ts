/** The members of the two apps beside this file. */
export interface Member {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly name: string;
}

const all: readonly Member[] = [
  { id: 'm1', username: 'ann@example.com', password: 'correct horse', name: 'Ann' },
  { id: 'm2', username: 'bob@example.com', password: 'battery staple', name: 'Bob' },
];

export const members = {
  byId: (id: string): Member | undefined => all.find((it) => it.id === id),
  withPassword: (username: string, password: string): Member | undefined =>
    all.find((it) => it.username === username && it.password === password),
};
