using System.Collections.Concurrent;
using System.IO.Pipelines;

using Skerry.Manifest.Wire;

namespace Skerry.Manifest.Driver.Group;

/// <summary>A node that this one asks: one stream, many questions at once. It is opened when something is asked, and again after it broke.</summary>
internal sealed class GroupPeer : IAsyncDisposable
{
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(5);

    private readonly string _node;
    private readonly IGroupTransport _transport;
    private readonly Action<GroupAnswer> _refused;
    private readonly Action _lost;
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<GroupAnswer>> _waiting = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly GatheringWriter _writer;
    private Stream? _stream;
    private Task _reading = Task.CompletedTask;
    private ulong _lastNumber;

    /// <param name="node">Its name.</param>
    /// <param name="transport">The way there.</param>
    /// <param name="refused">Hears which commands are refused there.</param>
    /// <param name="lost">Hears that it is not known of any command whether it arrived.</param>
    public GroupPeer(string node, IGroupTransport transport, Action<GroupAnswer> refused, Action lost)
    {
        (_node, _transport, _refused, _lost) = (node, transport, refused, lost);
        _writer = new GatheringWriter(OpenAsync, Lose, _stopping.Token);
    }

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="request">Gets a number.</param>
    /// <param name="cancellation">Ends the wait: what was asked may be done all the same.</param>
    /// <exception cref="IOException">It cannot be reached, or was lost before the answer came.</exception>
    public async Task<GroupAnswer> AskAsync(GroupRequest request, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        var answered = new TaskCompletionSource<GroupAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        request.Number = Interlocked.Increment(ref _lastNumber);
        _waiting[request.Number] = answered;
        try
        {
            _writer.Add(request);
            return await answered.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _waiting.TryRemove(request.Number, out _);
        }
    }

    /// <summary>Says something to which there is an answer only if it is refused.</summary>
    /// <returns>False when it cannot be said.</returns>
    public bool TryTell(GroupRequest request)
    {
        if (_stopping.IsCancellationRequested) return false;
        try
        {
            _writer.Add(request);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _writer.Idle.ConfigureAwait(false);
        await DropAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async ValueTask<Stream> OpenAsync(CancellationToken cancellation)
    {
        if (_stream is { } open && !_reading.IsCompleted) return open;
        await DropAsync().ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(OpenLimit);
        var stream = _stream = await _transport.AskAsync(_node, limit.Token).ConfigureAwait(false);
        _reading = ReadAsync(PipeReader.Create(stream), cancellation);
        return stream;
    }

    private async Task DropAsync()
    {
        if (_stream is not null) await _stream.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _stream = null;
    }

    private async Task ReadAsync(PipeReader reader, CancellationToken cancellation)
    {
        Exception over;
        try
        {
            while (await GroupFrames.ReadAsync(reader, GroupAnswer.Parser, cancellation).ConfigureAwait(false) is { } answer)
            {
                if (answer.IsRefusal) _refused(answer);
                else if (_waiting.TryRemove(answer.Number, out var waiting)) waiting.TrySetResult(answer);
            }

            over = new IOException($"{_node} has ended the stream.");
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException or OperationCanceledException or ObjectDisposedException)
        {
            over = failed;
        }

        await reader.CompleteAsync().ConfigureAwait(false);
        Lose(over);
    }

    /// <summary>Who waits is told; what is asked again by their callers goes over the next stream.</summary>
    private void Lose(Exception reason)
    {
        var over = new IOException($"The stream to {_node} is over: {reason.Message}", reason);
        foreach (var (number, waiting) in _waiting)
        {
            if (_waiting.TryRemove(number, out _)) waiting.TrySetException(over);
        }

        _lost();
    }
}
