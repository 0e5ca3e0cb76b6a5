namespace Skerry.Agent.Demo;

/// <summary>The other end of <see cref="ChildProcess"/>: ends this process when its parent is gone, and takes the demo's directory with it.</summary>
internal static class ParentWatch
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private const int Attempts = 60;

    /// <summary>Begins to watch. The input of this process must be the pipe.</summary>
    /// <param name="directory">Removed when the parent is gone; its other children do the same at the same time.</param>
    public static void Begin(string directory)
    {
        var parent = File.ReadAllText(Path.Combine(directory, DemoDirectory.ProcessFile));
        // A thread of its own: reading the console's input blocks, and the pool's threads have work to do.
        var thread = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            var buffer = new byte[64];
            while (input.Read(buffer) > 0)
            {
                // Nothing is ever sent.
            }

            RemoveSocketsOf(parent);
            Remove(directory);
            Environment.Exit(0);
        })
        {
            IsBackground = true,
            Name = "parent watch",
        };
        thread.Start();
    }

    /// <summary>The runtime's diagnostics leave their sockets behind when a process is killed.</summary>
    public static void RemoveSocketsOf(string process)
    {
        foreach (var pattern in (string[])[$"dotnet-diagnostic-{process}-*", $"clr-debug-pipe-{process}-*"])
        {
            foreach (var socket in Directory.EnumerateFiles(Path.GetTempPath(), pattern)) File.Delete(socket);
        }
    }

    /// <summary>Removes a directory that others may still write to or remove.</summary>
    public static void Remove(string directory)
    {
        for (var attempt = 0; attempt < Attempts && Directory.Exists(directory); attempt++)
        {
            try
            {
                Directory.Delete(directory, recursive: true);
            }
            catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
            {
                Thread.Sleep(Pause);
            }
        }
    }
}
