// The users of the app in the README, as any host has them.
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

const all: readonly Person[] = [
  { id: '1', email: 'ann@example.com', name: 'Ann', password: 'correct horse' },
  { id: '2', email: 'bob@example.com', name: 'Bob', password: 'battery staple' },
];

export const people = {
  byId: (id: string) => all.find((it) => it.id === id),
  byPassword: (email: string, password: string) =>
    all.find((it) => it.email === email && it.password === password),
};
