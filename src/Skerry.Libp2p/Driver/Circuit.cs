namespace Skerry.Libp2p.Driver;

/// <summary>Two streams joined at a relay, until both directions have ended or a limit is reached.</summary>
/// <param name="caller">One end.</param>
/// <param name="called">The other.</param>
/// <param name="limits">How long and how much.</param>
/// <param name="ledger">Counts its buffers.</param>
/// <param name="time">Measures how long.</param>
internal sealed class Circuit(Libp2pStream caller, Libp2pStream called, RelayOptions limits, ResourceLedger ledger, TimeProvider time)
{
    private const int BufferLength = 64 << 10;

    /// <summary>After a piece so small, bytes, the buffer is given back until more comes: thousands of circuits stand still, and copying it once more costs little.</summary>
    private const int SmallPiece = 16 << 10;

    /// <summary>Told of each piece carried, bytes; null: nobody wants to know.</summary>
    public Action<int>? Carried { get; init; }

    public async Task RunAsync(CancellationToken cancel)
    {
        using var timeout = limits.MaxCircuitTime is { } length ? new CancellationTokenSource(length, time) : new CancellationTokenSource();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        var there = CopyAsync(caller, called, linked);
        var back = CopyAsync(called, caller, linked);
        await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (there.IsCompletedSuccessfully && back.IsCompletedSuccessfully) return;
        // What was cut short must not look like an end.
        caller.Abort();
        called.Abort();
    }

    private async Task CopyAsync(Libp2pStream from, Libp2pStream to, CancellationTokenSource stop)
    {
        byte[]? buffer = null;
        var left = limits.MaxCircuitBytes ?? long.MaxValue;
        try
        {
            while (true)
            {
                if (buffer is null)
                {
                    await from.ReadAsync(Memory<byte>.Empty, stop.Token).ConfigureAwait(false);
                    buffer = ledger.Rent(BufferLength);
                }

                var count = await from.ReadAsync(buffer.AsMemory(0, BufferLength), stop.Token).ConfigureAwait(false);
                if (count == 0) break;
                left -= count;
                if (left < 0) throw new Libp2pException("The circuit has carried as much as it may.");
                Carried?.Invoke(count);
                await to.WriteAsync(buffer.AsMemory(0, count), stop.Token).ConfigureAwait(false);
                if (count > SmallPiece) continue;
                ledger.Return(buffer);
                buffer = null;
            }

            await to.EndWritingAsync(stop.Token).ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            if (buffer is not null) ledger.Return(buffer);
        }
    }
}
