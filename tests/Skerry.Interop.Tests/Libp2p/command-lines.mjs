import { createInterface } from 'node:readline';

// Does what lines of JSON say, each a command with an id, and writes a line with its result or error, until there are no more lines.
export async function answerLines (commands) {
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    commands[command.do](command)
      .then(result => console.log(JSON.stringify({ id: command.id, result })))
      .catch(error => console.log(JSON.stringify({ id: command.id, error: String(error.stack) })));
  }
}
