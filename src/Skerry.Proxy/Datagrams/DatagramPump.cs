namespace Skerry.Proxy.Datagrams;

/// <summary>Moves datagrams between two ends until one of them ends, or it is cancelled.</summary>
internal static class DatagramPump
{
    /// <param name="source">Where they come from; null ends it.</param>
    /// <param name="send">Where they go.</param>
    /// <param name="limit">Longer ones are dropped, bytes, as it is now.</param>
    /// <param name="moved">Told of each that was sent: its length.</param>
    /// <param name="dropped">Told of each that was too long.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">An end broke.</exception>
    public static async Task CopyAsync(
        Func<CancellationToken, ValueTask<Datagram?>> source, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send,
        Func<int> limit, Action<int> moved, Action dropped, CancellationToken cancellation)
    {
        while (await NextAsync(source, cancellation) is { } datagram)
        {
            try
            {
                if (datagram.Length > limit())
                {
                    dropped();
                    continue;
                }

                await send(datagram.Bytes, cancellation);
                moved(datagram.Length);
            }
            finally
            {
                datagram.Return();
            }
        }
    }

    /// <summary>However a channel says that it is over: cut off from the other side, it may say it in more ways than one.</summary>
    private static async ValueTask<Datagram?> NextAsync(Func<CancellationToken, ValueTask<Datagram?>> source, CancellationToken cancellation)
    {
        try
        {
            return await source(cancellation);
        }
        catch (Exception broken) when (broken is not (IOException or OperationCanceledException))
        {
            throw new IOException(broken.Message, broken);
        }
    }

    /// <summary>Runs both directions; when one ends, so does the other.</summary>
    /// <exception cref="IOException">An end broke.</exception>
    public static async Task BothAsync(Func<CancellationToken, Task> up, Func<CancellationToken, Task> down, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] both = [up(ending.Token), down(ending.Token)];
        var first = await Task.WhenAny(both);
        await ending.CancelAsync();
        await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await first;
        }
        catch (OperationCanceledException)
        {
            // Idle for too long, or the listener ends.
        }
    }
}
