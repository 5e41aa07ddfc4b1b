/** The usual case: one place in one file. `find` stands there exactly once. */
export const mutant = (name, file, find, replace, [testFile, title]) => ({
  name,
  edits: [{ file, find, replace }],
  test: { file: `test/${testFile}`, title },
});
