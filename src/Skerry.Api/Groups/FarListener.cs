using System.Net;

using Microsoft.AspNetCore.Connections;

namespace Skerry.Api.Groups;

/// <summary>Gives the web server what other groups ask on streams of the mesh.</summary>
internal sealed class FarListener : IConnectionListener
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly IAsyncEnumerator<GroupCall> _calls;

    public FarListener(IGroupCalls calls, EndPoint at)
    {
        EndPoint = at;
        _calls = calls.AcceptAsync(_stopping.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _calls.MoveNextAsync() ? new FarConnection(_calls.Current) : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default) => await _stopping.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _calls.DisposeAsync();
        _stopping.Dispose();
    }
}
