namespace Skerry.Libp2p.Driver;

/// <summary>Tries several ways to one end: one after the other, the next also when the last takes its time (RFC 8305, section 5).</summary>
internal static class Staggered
{
    /// <summary>The first that succeeds; the others are given up.</summary>
    /// <param name="ways">One at least, the likeliest first.</param>
    /// <param name="stagger">How long a way is tried before the next is, too.</param>
    /// <param name="take">Tries one.</param>
    /// <param name="discard">Takes what a way led to that is not needed.</param>
    /// <param name="time">Measures.</param>
    /// <param name="cancel">Gives up all.</param>
    /// <exception cref="Exception">What the last one threw when none succeeds.</exception>
    public static async Task<TEnd> FirstAsync<TWay, TEnd>(
        IReadOnlyList<TWay> ways, TimeSpan stagger, Func<TWay, CancellationToken, Task<TEnd>> take, Action<TEnd> discard, TimeProvider time, CancellationToken cancel)
    {
        if (ways.Count == 1) return await take(ways[0], cancel).ConfigureAwait(false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = new List<Task<TEnd>>();
        try
        {
            for (var next = 0; ;)
            {
                if (next < ways.Count) running.Add(take(ways[next++], over.Token));
                var waiting = next < ways.Count ? Task.Delay(stagger, time, over.Token) : Task.Delay(Timeout.InfiniteTimeSpan, over.Token);
                var ended = await Task.WhenAny([.. running, waiting]).ConfigureAwait(false);
                if (ended is not Task<TEnd> tried)
                {
                    cancel.ThrowIfCancellationRequested();
                    continue;
                }

                running.Remove(tried);
                if (tried.IsCompletedSuccessfully || (running.Count == 0 && next == ways.Count)) return await tried.ConfigureAwait(false);
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            // One may have succeeded at the same moment.
            foreach (var tried in running)
            {
                await ((Task)tried).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (tried.IsCompletedSuccessfully) discard(await tried.ConfigureAwait(false));
            }
        }
    }
}
