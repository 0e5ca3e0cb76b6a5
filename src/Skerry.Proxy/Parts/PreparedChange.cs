namespace Skerry.Proxy.Parts;

/// <summary>A change that can no longer be refused. One of the two is called, once.</summary>
/// <param name="CommitAsync">Puts it into effect.</param>
/// <param name="UndoAsync">Gives up what was opened for it.</param>
internal sealed record PreparedChange(Func<Task> CommitAsync, Func<Task> UndoAsync)
{
    public static readonly PreparedChange None = new(() => Task.CompletedTask, () => Task.CompletedTask);
}
