namespace Skerry.Bench.Tunnel;

/// <summary>One end of what is measured.</summary>
internal interface IPeer
{
    /// <summary>Waits for a dialler.</summary>
    /// <param name="ip">At which IP address.</param>
    /// <returns>Where.</returns>
    Task<string> ListenAsync(string ip);

    /// <summary>Waits for a dialler behind a relay.</summary>
    /// <returns>Where.</returns>
    Task<string> ListenThroughAsync(string relay);

    Task DialAsync(string address);

    /// <summary>Sends so many bytes on one stream and waits until the other end has read them all.</summary>
    Task BulkAsync(long bytes);

    /// <summary>So many small messages there and back on one stream, one after the other.</summary>
    /// <returns>How many seconds each took.</returns>
    Task<double[]> EchoAsync(int count);

    /// <summary>So many streams one after the other: opened, one byte there and back, closed.</summary>
    Task OpenAsync(int count);

    /// <summary>So many more connections to the same peer, which stay and say nothing.</summary>
    Task IdleAsync(int count);
}
