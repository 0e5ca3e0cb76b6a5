namespace Skerry.Tunnel.Driver;

/// <summary>What one session holds. Not safe for several threads at once: the session's lock guards it.</summary>
/// <param name="budget">The whole.</param>
/// <param name="node">Whose share it counts in.</param>
/// <param name="window">What it begins with, bytes; counted already.</param>
/// <param name="isTakenIn">Whether another node asked for it.</param>
internal sealed class SessionAccount(SessionBudget budget, string node, int window, bool isTakenIn)
{
    private long _held = window;
    private bool _isClosed;

    public SessionBudget Budget => budget;

    /// <summary>The window it begins with, bytes.</summary>
    public int Window => window;

    /// <summary>What it may take beyond what it holds, bytes.</summary>
    public long Room => budget.RoomToGrow(node);

    /// <summary>It holds so much now.</summary>
    public void Set(long held)
    {
        if (held == _held || _isClosed) return;
        budget.Add(node, held - _held);
        _held = held;
    }

    /// <summary>It is over, and holds nothing.</summary>
    public void Close()
    {
        if (_isClosed) return;
        _isClosed = true;
        budget.Close(node, _held, isTakenIn);
    }
}
