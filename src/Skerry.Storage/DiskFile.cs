using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace Skerry.Storage;

/// <summary>A file of <see cref="DiskDirectory"/>.</summary>
internal sealed class DiskFile(string path, SafeFileHandle handle, bool isUnsafe) : IStorageFile
{
    private static readonly byte[] Zeros = new byte[1 << 20];

    public string Name => path;

    public long Length
    {
        get
        {
            try
            {
                return RandomAccess.GetLength(handle);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw Refused(path, "read", refused);
            }
        }
    }

    public static StorageException Refused(string path, string what, Exception refused) =>
        new($"{path} cannot be {what}: {refused.Message}", refused) { IsFull = refused.HResult is Posix.NoSpace or Posix.QuotaExceeded };

    public int Read(long offset, Span<byte> destination)
    {
        try
        {
            var read = 0;
            while (read < destination.Length)
            {
                var count = RandomAccess.Read(handle, destination[read..], offset + read);
                if (count == 0) break;
                read += count;
            }

            return read;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, "read", refused);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        try
        {
            RandomAccess.Write(handle, source, offset);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, "written", refused);
        }
    }

    public void Flush()
    {
        if (isUnsafe) return;
        while (Posix.Fdatasync(handle) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Posix.Interrupted) throw new StorageException($"{path} cannot be flushed: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    /// <summary>
    /// Reserves room in one piece, then writes it full of zeros: a block that was only reserved costs a change of the file system's journal at its first flush, which is several
    /// times the flush itself.
    /// </summary>
    public void Reserve(long length)
    {
        if (length == 0) return;
        if (Posix.Fallocate(handle, 0, 0, length) != 0 && Marshal.GetLastPInvokeError() is var error and not (Posix.NotSupported or Posix.Interrupted))
            throw new StorageException($"{path} cannot be made {length} bytes long: {Marshal.GetPInvokeErrorMessage(error)}") { IsFull = error is Posix.NoSpace or Posix.QuotaExceeded };
        for (var offset = 0L; offset < length; offset += Zeros.Length) Write(offset, Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, length - offset)));
    }

    public void Dispose() => handle.Dispose();
}
