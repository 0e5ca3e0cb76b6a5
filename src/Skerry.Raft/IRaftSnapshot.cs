namespace Skerry.Raft;

/// <summary>A state that stays as it is while the state machine goes on. Disposed when it is written, or not needed.</summary>
public interface IRaftSnapshot : IDisposable
{
    /// <summary>Writes it out; called at most once, on another thread than the state machine's.</summary>
    void WriteTo(Stream target);
}
