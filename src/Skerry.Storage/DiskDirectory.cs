namespace Skerry.Storage;

/// <summary>A directory of this machine, for one process at a time. Only the agent's user may read what is in it.</summary>
public sealed class DiskDirectory : IStorageDirectory, IDisposable
{
    private const string LockName = "lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly FileStream _lock;

    private DiskDirectory(string path, FileStream @lock, bool isUnsafe)
    {
        _path = path;
        _lock = @lock;
        IsUnsafe = isUnsafe;
    }

    /// <inheritdoc/>
    public string Name => _path;

    /// <inheritdoc/>
    public bool IsUnsafe { get; }

    /// <summary>Opens a directory, and creates it where it is not there.</summary>
    /// <param name="path">Where.</param>
    /// <param name="unsafeNoFsync">Leaves out every flush, so that a crash of the machine loses what was acknowledged: for measurements alone. Whoever opens one says so loudly.</param>
    /// <exception cref="StorageException">It cannot be opened, or another process has it open.</exception>
    public static DiskDirectory Open(string path, bool unsafeNoFsync = false)
    {
        path = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
            var @lock = Lock(path);
            if (!unsafeNoFsync) PosixDirectory.Flush(Path.GetDirectoryName(path) ?? path);
            return new DiskDirectory(path, @lock, unsafeNoFsync);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"{path} cannot be opened: {refused.Message}", refused);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => Try(_path, "listed", () =>
        Directory.EnumerateFiles(_path).Select(file => Path.GetFileName(file)).Where(name => name != LockName).Order(StringComparer.Ordinal).ToList());

    /// <inheritdoc/>
    public IStorageFile Open(string name)
    {
        var path = Path.Combine(_path, name);
        return Try(path, "opened", () => new DiskFile(path, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite), IsUnsafe));
    }

    /// <inheritdoc/>
    public IStorageFile Create(string name, long length)
    {
        var path = Path.Combine(_path, name);
        var file = Try(path, "created", () =>
        {
            var handle = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);
            File.SetUnixFileMode(handle, OwnerOnly);
            return new DiskFile(path, handle, IsUnsafe);
        });
        try
        {
            file.Reserve(length);
            return file;
        }
        catch (StorageException)
        {
            // On a full disk the half that was reserved is room for what is worth more.
            file.Dispose();
            Delete(name);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to) => Try(Path.Combine(_path, to), "renamed to", () =>
    {
        File.Move(Path.Combine(_path, from), Path.Combine(_path, to), overwrite: true);
        return true;
    });

    /// <inheritdoc/>
    public void Delete(string name) => Try(Path.Combine(_path, name), "deleted", () =>
    {
        File.Delete(Path.Combine(_path, name));
        return true;
    });

    /// <inheritdoc/>
    public void Flush()
    {
        if (IsUnsafe) return;
        Try(_path, "flushed", () =>
        {
            PosixDirectory.Flush(_path);
            return true;
        });
    }

    /// <summary>Lets another process have it. Files that are still open stay so.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnerOnly };
        try
        {
            return new FileStream(Path.Combine(path, LockName), options);
        }
        catch (IOException held) when (held is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new StorageException($"{path} is in use by another process: two may not write one log. End the other one first.", held);
        }
    }

    private static T Try<T>(string path, string what, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw DiskFile.Refused(path, what, refused);
        }
    }
}
