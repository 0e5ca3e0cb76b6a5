using System.Threading.Channels;

namespace Skerry.Agent.Composition;

/// <summary>
/// Notices that the configuration file has another text. The directory is watched, not the file: editors and orchestrators put a new file, or a
/// new link, in the old one's place.
/// </summary>
internal sealed class ConfigurationWatcher : IDisposable
{
    /// <summary>A file that is being written is let finish.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(200);

    private readonly string _path;
    private readonly FileSystemWatcher _watcher;
    private readonly Channel<bool> _events = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <param name="path">The file.</param>
    public ConfigurationWatcher(string path)
    {
        _path = Path.GetFullPath(path);
        _watcher = new FileSystemWatcher(Path.GetDirectoryName(_path)!) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.DirectoryName };
        _watcher.Changed += (_, _) => _events.Writer.TryWrite(true);
        _watcher.Created += (_, _) => _events.Writer.TryWrite(true);
        _watcher.Renamed += (_, _) => _events.Writer.TryWrite(true);
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Calls back each time the text differs from the last that was seen; runs until cancelled.</summary>
    /// <param name="known">The text in effect.</param>
    /// <param name="changed">Called with nothing else going on.</param>
    /// <param name="time">For the settling.</param>
    /// <param name="cancellation">Ends the watch.</param>
    public async Task RunAsync(string known, Func<Task> changed, TimeProvider time, CancellationToken cancellation)
    {
        // The first look is at what changed between the reading of the known text and the beginning of the watch.
        _events.Writer.TryWrite(true);
        await foreach (var _ in _events.Reader.ReadAllAsync(cancellation))
        {
            await Task.Delay(Settle, time, cancellation);
            if (Read() is not { } text || text == known) continue;
            known = text;
            await changed();
        }
    }

    public void Dispose() => _watcher.Dispose();

    /// <summary>The text; null while the file is away or half there, which another event will tell.</summary>
    private string? Read()
    {
        try
        {
            return File.ReadAllText(_path);
        }
        catch (Exception away) when (away is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
