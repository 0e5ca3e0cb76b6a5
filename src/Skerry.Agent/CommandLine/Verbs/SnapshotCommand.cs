using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;

using Skerry.Agent.CommandLine.Documents;
using Skerry.Manifest;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary><c>skerry snapshot save|inspect|restore</c></summary>
internal static class SnapshotCommand
{
    public static Command Create(Terminal terminal) => new("snapshot", "The whole state of the group as a file.") { Save(terminal), Inspect(terminal), Restore(terminal) };

    private static Command Save(Terminal terminal)
    {
        var json = Verb.Json();
        var file = Target("Where to write it; must not be there yet.");
        var stale = new Option<bool>("--stale") { Description = "As the agent has it, also without a leader; perhaps older." };
        return new Command("save", "Save the whole state of the group, and check what was saved.") { file, stale, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var path = parse.GetValue(file)!;
            if (File.Exists(path)) throw new CommandFailedException(ExitCode.Failed, $"{path} is there already and is not overwritten: move it away first.");
            var part = path + ".part";
            try
            {
                await using (var target = Create(part))
                {
                    using var progress = new Progress(terminal, "saved");
                    await client.CopyAsync(parse.GetValue(stale) ? "v1/snapshot?stale" : "v1/snapshot", target, progress.Add, cancellation);
                    target.Flush(flushToDisk: true);
                }

                var result = await DescribeAsync(part, path, cancellation);
                File.Move(part, path);
                terminal.Write(result, ResultJson.Readable.SnapshotResult, parse.GetValue(json), saved =>
                    $"Saved {saved.Group} at revision {saved.Revision} to {saved.File}: {saved.Keys} keys, {Bytes(saved.FileBytes)}, checked.");
                return ExitCode.Success;
            }
            finally
            {
                File.Delete(part);
            }
        });
    }

    private static Command Inspect(Terminal terminal)
    {
        var json = Verb.Json();
        var file = Target("A saved state.");
        return new Command("inspect", "Check a saved state whole, and show what is in it.") { file, json }.Running(terminal, async (parse, cancellation) =>
        {
            var path = parse.GetValue(file)!;
            terminal.Write(await DescribeAsync(path, path, cancellation), ResultJson.Readable.SnapshotResult, parse.GetValue(json), Describe);
            return ExitCode.Success;
        });
    }

    private static Command Restore(Terminal terminal)
    {
        var json = Verb.Json();
        var file = Target("A saved state.");
        var other = new Option<bool>("--other-group") { Description = "Also the state of a group with another name." };
        return new Command("restore", "Put a saved state in the place of the group's, on all of its nodes at once.") { file, other, json }.AskingAgent(terminal, async (parse, client, cancellation) =>
        {
            var path = parse.GetValue(file)!;
            var result = await DescribeAsync(path, path, cancellation);
            var group = (await client.GetAsync("v1/skerry/group", ResultJson.Readable.GroupResult, cancellation)).Group;
            if (group != result.Group && !parse.GetValue(other))
                throw new CommandFailedException(ExitCode.Failed, $"{path} holds the state of group {result.Group}, and the agent is of {group}. If that is what you want: --other-group");
            await using (var source = Open(path))
            {
                using var progress = new Progress(terminal, "sent");
                await client.PutFileAsync("v1/snapshot", source, progress.Add, cancellation);
            }

            terminal.Write(result, ResultJson.Readable.SnapshotResult, parse.GetValue(json), restored =>
                $"Restored {group} from {restored.File}: {restored.Keys} keys of revision {restored.Revision}. Revisions go on above what they were; watchers look anew.");
            return ExitCode.Success;
        });
    }

    private static Argument<string> Target(string description) => new("FILE") { Description = description };

    /// <exception cref="CommandFailedException">It is damaged, or cannot be read.</exception>
    private static async Task<SnapshotResult> DescribeAsync(string path, string name, CancellationToken cancellation)
    {
        try
        {
            await using var source = Open(path);
            using var archive = await SnapshotArchive.OpenAsync(source, cancellation);
            source.Position = 0;
            var sum = Convert.ToHexStringLower(await SHA256.HashDataAsync(source, cancellation));
            var meta = archive.Metadata;
            return new SnapshotResult(
                name, meta.Group, meta.Node, meta.Index, meta.Term, meta.Revision, meta.Keys, meta.Leases, meta.Sessions, meta.Size, source.Length, meta.Hash, sum, meta.Created);
        }
        catch (InvalidDataException damaged)
        {
            throw new CommandFailedException(ExitCode.Failed, $"{path}: {damaged.Message}");
        }
    }

    private static FileStream Open(string path) => Trying(() => new FileStream(path, FileMode.Open, FileAccess.Read));

    /// <summary>Whoever reads it reads all keys: its owner alone may.</summary>
    private static FileStream Create(string path) => Trying(() =>
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    });

    private static FileStream Trying(Func<FileStream> open)
    {
        try
        {
            return open();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(refused is FileNotFoundException or DirectoryNotFoundException ? ExitCode.NotFound : ExitCode.Failed, refused.Message);
        }
    }

    private static string Describe(SnapshotResult snapshot) => string.Create(CultureInfo.InvariantCulture, $"""
        Group     {snapshot.Group}, saved by {snapshot.Node}
        Created   {snapshot.Created:u}
        Index     {snapshot.Index}
        Term      {snapshot.Term}
        Revision  {snapshot.Revision}
        Keys      {snapshot.Keys}
        Leases    {snapshot.Leases}
        Sessions  {snapshot.Sessions}
        State     {Bytes(snapshot.StateBytes)}, hash {snapshot.StateHash}
        File      {Bytes(snapshot.FileBytes)}, SHA-256 {snapshot.Sha256}
        Checked   sums, format and hash of the state are right
        """);

    private static string Bytes(long count) => count switch
    {
        < 10 << 10 => string.Create(CultureInfo.InvariantCulture, $"{count} B"),
        < 10 << 20 => string.Create(CultureInfo.InvariantCulture, $"{count >> 10} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count >> 20} MiB"),
    };

    /// <summary>How far it is, for people who watch.</summary>
    private sealed class Progress(Terminal terminal, string done) : IDisposable
    {
        private const long Step = 1 << 20;

        private long _bytes;
        private long _shown;

        public void Add(int bytes)
        {
            _bytes += bytes;
            if (!terminal.IsInteractive || _bytes - _shown < Step) return;
            _shown = _bytes;
            terminal.Error.Write($"\r{Bytes(_bytes)} {done}");
        }

        public void Dispose()
        {
            if (_shown > 0) terminal.Error.WriteLine($"\r{Bytes(_bytes)} {done}");
        }
    }
}
