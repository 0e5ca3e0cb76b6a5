using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using Skerry.Manifest.Core;
using Skerry.Manifest.Wire;

namespace Skerry.Manifest;

/// <summary>
/// The whole state of a group as a file: a compressed tar, as Consul's is, of <c>meta.json</c>, <c>state.bin</c> (in Skerry's own format) and <c>SHA256SUMS</c>. One that is open
/// has been checked whole.
/// </summary>
public sealed class SnapshotArchive : IDisposable
{
    /// <summary>The most bytes of a state.</summary>
    public const long MaxState = 8L << 30;

    private const string MetaName = "meta.json", StateName = "state.bin", SumsName = "SHA256SUMS";
    private const int MaxSmall = 1 << 20;

    /// <summary>How long the group may take for a part; the last is the one that takes time, since all that came is read then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly FileStream _state;

    private SnapshotArchive(SnapshotMetadata metadata, FileStream state) => (Metadata, _state) = (metadata, state);

    /// <summary>What it says of the state.</summary>
    public SnapshotMetadata Metadata { get; }

    /// <summary>Saves the state as this node has it.</summary>
    /// <param name="node">The manifest.</param>
    /// <param name="group">Its group's name.</param>
    /// <param name="name">This node's name.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What was saved, and a file of its own that is gone when it is closed, at its beginning.</returns>
    /// <exception cref="IOException">There is no room for it.</exception>
    public static async Task<(SnapshotMetadata Metadata, FileStream Archive)> SaveAsync(ManifestNode node, string group, string name, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var state = Temporary();
        SnapshotMetadata metadata;
        using (var snapshot = node.Snapshot())
        {
            await Task.Run(() => snapshot.WriteTo(state), cancellation).ConfigureAwait(false);
            metadata = new SnapshotMetadata(group, name, snapshot.Index, node.Log.Term, snapshot.Revision, snapshot.Keys, snapshot.Leases.Length, snapshot.Sessions.Length, state.Length,
                snapshot.Hash.ToString("x16", CultureInfo.InvariantCulture), now);
        }

        var archive = Temporary();
        try
        {
            await PackAsync(metadata, state, archive, cancellation).ConfigureAwait(false);
            archive.Position = 0;
            return (metadata, archive);
        }
        catch
        {
            await archive.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads an archive and checks all of it: sums, format, the hash of the state.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or none; the message says how.</exception>
    /// <exception cref="IOException">It cannot be read, or there is no room for the state.</exception>
    public static async Task<SnapshotArchive> OpenAsync(Stream source, CancellationToken cancellation)
    {
        var state = Temporary();
        try
        {
            var metadata = await UnpackAsync(source, state, cancellation).ConfigureAwait(false);
            state.Position = 0;
            var machine = await Task.Run(() => SnapshotReader.Read(state), cancellation).ConfigureAwait(false);
            if (machine.Keys.Revision != metadata.Revision || state.Length != metadata.Size) throw new InvalidDataException("The archive is damaged: its state is not the one it speaks of.");
            return new SnapshotArchive(metadata, state);
        }
        catch
        {
            await state.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Puts the state in the place of the group's, on every replica at the same entry of the log: it goes through the log part by part, and is put in place by the last. Revisions go on above both
    /// states', and what was before is compacted; leases and sessions have the time left that they had.
    /// </summary>
    /// <param name="node">The manifest.</param>
    /// <param name="cancellation">Gives up: nothing has changed then, unless the last part was under way.</param>
    public async Task<ManifestError> RestoreAsync(ManifestNode node, CancellationToken cancellation)
    {
        var id = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;
        var error = ManifestError.Stopped;
        _state.Position = 0;
        try
        {
            for (var offset = 0L; offset < _state.Length;)
            {
                var part = new byte[Math.Min(StagedRestore.MaxPart, _state.Length - offset)];
                await _state.ReadExactlyAsync(part, cancellation).ConfigureAwait(false);
                var body = new RestorePartBody(id, offset, offset + part.Length == _state.Length, part);
                using var deadline = new CancellationTokenSource(Patience);
                error = (await node.ProposeAsync(body, deadline.Token, cancellation).ConfigureAwait(false)).Error;
                if (error != ManifestError.None) return error;
                offset += part.Length;
            }

            return error;
        }
        finally
        {
            // The parts that came take memory on every replica; without this they would go after a minute.
            if (error is not (ManifestError.None or ManifestError.Stopped)) await node.ProposeAsync(new RestorePartBody(id, 0, false, default), CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _state.Dispose();

    /// <summary>A file that its owner alone may read, and that is gone when it is closed.</summary>
    private static FileStream Temporary()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(Path.GetTempPath(), $"skerry-snapshot-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}"), options);
    }

    private static async Task PackAsync(SnapshotMetadata metadata, FileStream state, FileStream archive, CancellationToken cancellation)
    {
        var meta = JsonSerializer.SerializeToUtf8Bytes(metadata);
        state.Position = 0;
        var sums = $"{Convert.ToHexStringLower(SHA256.HashData(meta))}  {MetaName}\n{Convert.ToHexStringLower(await SHA256.HashDataAsync(state, cancellation).ConfigureAwait(false))}  {StateName}\n";
        state.Position = 0;
        await using var packed = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true);
        await using var tar = new TarWriter(packed, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var (name, content) in new (string, Stream)[] { (MetaName, new MemoryStream(meta)), (StateName, state), (SumsName, new MemoryStream(Encoding.ASCII.GetBytes(sums))) })
        {
            var entry = new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite, ModificationTime = metadata.Created };
            await tar.WriteEntryAsync(entry, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<SnapshotMetadata> UnpackAsync(Stream source, FileStream state, CancellationToken cancellation)
    {
        byte[]? meta = null, sums = null;
        string? stateSum = null;
        try
        {
            await using var packed = new GZipStream(source, CompressionMode.Decompress, leaveOpen: true);
            await using var tar = new TarReader(packed, leaveOpen: true);
            while (await tar.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
            {
                switch (entry.Name)
                {
                    case MetaName when meta is null: meta = await ReadSmallAsync(entry, cancellation).ConfigureAwait(false); break;
                    case SumsName when sums is null: sums = await ReadSmallAsync(entry, cancellation).ConfigureAwait(false); break;
                    case StateName when stateSum is null && entry is { Length: <= MaxState, DataStream: { } data }: stateSum = await CopyAsync(data, state, cancellation).ConfigureAwait(false); break;
                    default: throw Damaged($"there is '{entry.Name}' in it, which is not of it");
                }
            }
        }
        catch (Exception broken) when (broken is EndOfStreamException or FormatException or InvalidDataException or NotSupportedException or ArgumentException)
        {
            throw broken as InvalidDataException is { } damaged && damaged.Message.StartsWith("The archive is", StringComparison.Ordinal) ? damaged : Damaged(broken.Message);
        }

        if (meta is null || sums is null || stateSum is null) throw Damaged("a part of it is missing");
        var expected = $"{Convert.ToHexStringLower(SHA256.HashData(meta))}  {MetaName}\n{stateSum}  {StateName}\n";
        if (Encoding.ASCII.GetString(sums) != expected) throw Damaged("its checksums are wrong");
        try
        {
            var metadata = JsonSerializer.Deserialize<SnapshotMetadata>(meta) ?? throw Damaged("it does not say what it is");
            return metadata.Version == 1 ? metadata : throw new InvalidDataException($"The archive is of version {metadata.Version}; this program reads version 1.");
        }
        catch (JsonException)
        {
            throw Damaged("it does not say what it is");
        }
    }

    private static async Task<byte[]> ReadSmallAsync(TarEntry entry, CancellationToken cancellation)
    {
        if (entry is not { Length: > 0 and <= MaxSmall, DataStream: { } data }) throw Damaged($"'{entry.Name}' is empty, or too long");
        var bytes = new byte[entry.Length];
        await data.ReadExactlyAsync(bytes, cancellation).ConfigureAwait(false);
        return bytes;
    }

    private static async Task<string> CopyAsync(Stream from, FileStream to, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        while (await from.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var read)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            await to.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static InvalidDataException Damaged(string what) => new($"The archive is damaged, or none: {what.TrimEnd('.')}.");
}
