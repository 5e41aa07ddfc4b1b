import type { Person } from './people.js';
import { newWay, type Step, stepsOf, type Way, walk } from './walk.js';
import type { World } from './world.js';

export type Ready = readonly (readonly [name: string, person: Person, way: Way])[];

/** Everyone before another step. */
export async function everyStep(world: World): Promise<Ready> {
  const names = Object.keys(stepsOf(world));
  const ready = names.map(async (name, i) => {
    const person = world.people.take();
    return [name, person, await walk(world, person, names.slice(0, i), newWay())] as const;
  });
  await Promise.allSettled(ready); // none goes on after the test
  return Promise.all(ready);
}

/** Everyone takes the step at once. @returns each status once, all of them, and the slowest answer in ms */
export async function takeAll(world: World, all: Ready) {
  const steps = stepsOf(world);
  const { answers } = world.client;
  answers.length = 0;
  await Promise.all(all.map(([name, person, way]) => (steps[name] as Step)(person, way)));
  const ms = Math.round(Math.max(...answers.map(({ answer }) => answer.ms)));
  const every = answers.map(({ answer }) => answer.status);
  return { statuses: [...new Set(every)], answers: every, ms };
}
