using System.Runtime.CompilerServices;

using Skerry.Manifest.Core;
using Skerry.Manifest.Wire;

namespace Skerry.Manifest.Driver;

/// <summary>Hands commands in until they are taken, and waits for their answers: the number that a command carries has it applied once.</summary>
/// <param name="pending">Requests under way.</param>
/// <param name="patience">How long a request waits.</param>
/// <param name="time">For pauses.</param>
internal sealed class Proposals(PendingRequests pending, TimeSpan patience, TimeProvider time)
{
    /// <summary>Between two tries while there is no leader: an election takes some hundred milliseconds.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly SharedDeadline _deadline = new(patience, time, pending.EndAt);

    /// <summary>Has a command applied.</summary>
    /// <param name="log">Where to hand it in.</param>
    /// <param name="body">What it says.</param>
    /// <param name="deadline">Ends the wait with <see cref="ManifestError.Timeout"/>; none: as long as a request waits.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    /// <returns>The answer; or null, and why there is none.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(ManifestResult? Answer, ManifestError Error)> MakeAsync(IManifestLog log, object body, CancellationToken deadline, CancellationToken cancellation)
    {
        if (pending.Begin(deadline.CanBeCanceled ? null : _deadline.Current) is not { } request) return (null, ManifestError.TooManyRequests);
        using var late = deadline.UnsafeRegister(static state => ((PendingRequest)state!).GiveUp(), request);
        using var cancelled = cancellation.UnsafeRegister(static state => ((PendingRequest)state!).GiveUp(), request);
        try
        {
            var command = CommandCodec.Encode(new Command(0, request.Id, body));
            if (command.Length > ManifestLimits.MaxRequestBytes) return (null, ManifestError.RequestTooLarge);
            log.Propose(command);
            var answer = await request.Told;
            if (answer is not null) return (answer, ManifestError.None);
            if (IsPassing(request.Error)) return await AgainAsync(log, request, command, cancellation);
            cancellation.ThrowIfCancellationRequested();
            return (null, request.Error);
        }
        finally
        {
            pending.Forget(request);
        }
    }

    private async Task<(ManifestResult? Answer, ManifestError Error)> AgainAsync(IManifestLog log, PendingRequest request, byte[] command, CancellationToken cancellation)
    {
        while (true)
        {
            var error = request.Error;
            pending.Renew(request);
            var told = request.Told.AsTask();
            try
            {
                await told.WaitAsync(Pause, time, CancellationToken.None);
            }
            catch (TimeoutException)
            {
                // Not applied yet: hand it in again. A log may keep the bytes it was given: each try has its own.
                log.Propose((byte[])command.Clone());
                error = ManifestError.None;
            }

            if (await told is { } answer) return (answer, ManifestError.None);
            if (IsPassing(request.Error)) continue;
            cancellation.ThrowIfCancellationRequested();
            // Who waited for a leader all the time is told so.
            return (null, request.Error == ManifestError.Timeout && error != ManifestError.None ? error : request.Error);
        }
    }

    private static bool IsPassing(ManifestError error) => error is ManifestError.NoLeader or ManifestError.LeaderChanged;
}
