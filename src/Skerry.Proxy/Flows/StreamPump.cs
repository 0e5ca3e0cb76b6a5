namespace Skerry.Proxy.Flows;

/// <summary>
/// Moves bytes both ways between a client and an instance. Each direction reads only when what it read before is written, so that a slow end holds the other back;
/// each end of a direction is passed on by itself. An error on either side breaks both off.
/// </summary>
internal static class StreamPump
{
    /// <summary>What one call of the system moves: large enough that calls do not count, small enough to stay in the second-level cache.</summary>
    private const int BufferSize = 64 * 1024;

    /// <summary>What is held while nothing moves, of a stream that cannot be waited on without a buffer.</summary>
    private const int IdleBufferSize = 4 * 1024;

    /// <summary>Returns when both directions have ended.</summary>
    /// <param name="client">Whoever asked.</param>
    /// <param name="service">The instance.</param>
    /// <param name="moved">Told of each piece: whether it goes to the service, and how long it is.</param>
    /// <exception cref="IOException">One side broke.</exception>
    public static async Task RunAsync(ServiceStream client, ServiceStream service, Action<bool, int> moved)
    {
        var up = CopyAsync(client, service, toService: true, moved);
        var down = CopyAsync(service, client, toService: false, moved);
        var first = await Task.WhenAny(up, down);
        if (!first.IsCompletedSuccessfully)
        {
            client.Abort();
            service.Abort();
        }

        var second = first == up ? down : up;
        try
        {
            await second;
        }
        catch (IOException)
        {
            client.Abort();
            service.Abort();
            // When both broke, the first is the cause.
            if (first.IsCompletedSuccessfully) throw;
        }

        await first;
    }

    private static async Task CopyAsync(ServiceStream source, ServiceStream destination, bool toService, Action<bool, int> moved)
    {
        try
        {
            await CopyToEndAsync(source, destination, toService, moved);
        }
        catch (Exception broken) when (broken is not IOException)
        {
            // However a stream says that it is over: cut off from the other side, it may say it in more ways than one.
            throw new IOException(broken.Message, broken);
        }
    }

    private static async Task CopyToEndAsync(ServiceStream source, ServiceStream destination, bool toService, Action<bool, int> moved)
    {
        var size = source.AwaitsData ? BufferSize : IdleBufferSize;
        while (true)
        {
            // No buffer, or a small one, is held before there is something to put into it.
            if (source.AwaitsData) _ = await source.ReadAsync(Memory<byte>.Empty);
            var buffer = Buffers.Rent(size);
            try
            {
                int read;
                do
                {
                    read = await source.ReadAsync(buffer);
                    if (read == 0)
                    {
                        await destination.EndWritingAsync();
                        return;
                    }

                    moved(toService, read);
                    await destination.WriteAsync(buffer.AsMemory(0, read));
                }
                while (read == BufferSize);

                if (!source.AwaitsData) size = read == buffer.Length ? BufferSize : read < IdleBufferSize ? IdleBufferSize : size;
            }
            finally
            {
                Buffers.Return(buffer);
            }
        }
    }
}
