namespace Skerry.Bench.Tunnel;

/// <summary>One end of what is measured.</summary>
internal interface IPeer
{
    /// <summary>Waits for a dialler.</summary>
    /// <returns>Where.</returns>
    Task<string> ListenAsync();

    Task DialAsync(string address);

    /// <summary>Sends so many bytes on one stream and waits until the other end has read them all.</summary>
    Task BulkAsync(long bytes);

    /// <summary>So many small messages there and back on one stream, one after the other.</summary>
    Task EchoAsync(int count);

    /// <summary>So many streams one after the other: opened, one byte there and back, closed.</summary>
    Task OpenAsync(int count);
}
