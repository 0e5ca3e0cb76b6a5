using System.Buffers.Binary;

using Skerry.Primitives;

namespace Skerry.Storage;

/// <summary>
/// One value kept whole in one file: written beside, flushed, renamed, the directory flushed, so that a crash leaves the old value or the new one.
/// Format: <c>SKRY</c>, version u8 (1), CRC32C u32 LE over everything behind it, length u32 LE, the bytes. Only the agent's user may read it: values
/// may hold secrets. One writer at a time.
/// </summary>
/// <param name="path">The file.</param>
public sealed class SnapshotFile(string path)
{
    private const byte Version = 1;
    private const int HeaderSize = 13;

    private static readonly FileStreamOptions Exclusive = new()
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        Share = FileShare.None,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private static ReadOnlySpan<byte> Magic => "SKRY"u8;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Replaces the value.</summary>
    /// <exception cref="StorageException">The disk is full or refuses; the old value stands. The message says which file and why.</exception>
    public void Write(ReadOnlySpan<byte> value)
    {
        var temporary = path + ".new";
        try
        {
            var directory = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!).FullName;
            using (var file = new FileStream(temporary, Exclusive))
            {
                file.Write(Header(value));
                file.Write(value);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            PosixDirectory.Flush(directory);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            RemoveHalfWritten(temporary);
            throw new StorageException($"{path} could not be written, the old one stands: {refused.Message}", refused);
        }
    }

    /// <summary>Reads the value; null when there is none. A damaged file is set aside.</summary>
    /// <param name="setAside">Where a damaged file was moved to, null when it was sound.</param>
    /// <exception cref="StorageException">The file is there and cannot be read or moved.</exception>
    public byte[]? Read(out string? setAside)
    {
        setAside = null;
        try
        {
            if (!File.Exists(path)) return null;
            var bytes = File.ReadAllBytes(path);
            if (TryOpen(bytes, out var value)) return value;
            setAside = SetAside();
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"{path} cannot be read: {refused.Message}", refused);
        }
    }

    /// <summary>Moves a file whose bytes are sound and whose meaning is not out of the way.</summary>
    /// <returns>Where to.</returns>
    /// <exception cref="StorageException">It cannot be moved.</exception>
    public string SetAside()
    {
        var stem = $"{path}.corrupt-{DateTime.UtcNow:yyyyMMddHHmmss}";
        var aside = stem;
        for (var number = 2; File.Exists(aside); number++) aside = $"{stem}-{number}";
        try
        {
            File.Move(path, aside);
            return aside;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"{path} is damaged and cannot be set aside: {refused.Message}", refused);
        }
    }

    /// <summary>On a full disk the half that was written is room for what is worth more.</summary>
    private static void RemoveHalfWritten(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The next write begins it anew.
        }
    }

    private static byte[] Header(ReadOnlySpan<byte> value)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        header[4] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(9), value.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(5), Checksum(header.AsSpan(9), value));
        return header;
    }

    private static bool TryOpen(byte[] bytes, out byte[]? value)
    {
        value = null;
        var source = bytes.AsSpan();
        if (source.Length < HeaderSize || !source[..4].SequenceEqual(Magic) || source[4] != Version) return false;
        var body = source[HeaderSize..];
        if (BinaryPrimitives.ReadInt32LittleEndian(source[9..]) != body.Length) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[5..]) != Checksum(source[9..HeaderSize], body)) return false;
        value = body.ToArray();
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => ~Crc32C.Add(Crc32C.Add(Crc32C.Seed, first), second);
}
