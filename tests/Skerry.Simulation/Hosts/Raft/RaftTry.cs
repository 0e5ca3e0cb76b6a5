namespace Skerry.Simulation;

/// <summary>One try of a client's request at one member.</summary>
/// <param name="client">Whose.</param>
/// <param name="command">The request.</param>
internal sealed class RaftTry(RaftClient client, RaftCommand command)
{
    private bool _isOver;

    public RaftCommand Command { get; } = command;

    public Operation Operation => Command.Operation;

    /// <summary>The member has answered.</summary>
    public void End(RaftOutcome outcome, long result = 0, int leader = -1)
    {
        if (_isOver) return;
        _isOver = true;
        client.Hear(this, outcome, result, leader);
    }
}
