using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// The search for one object. Invocations and answers stand in one list by time; a call whose invocation stands before the first answer may be next. It is
/// taken out together with its answer when its result fits the state; when an answer is met whose call could not be taken, the last one taken goes back.
/// </summary>
internal sealed class LinearizabilitySearch
{
    private readonly Call[] _calls;
    private readonly ISequentialModel _model;
    private readonly Event _head = new(-1, isAnswer: false);
    private readonly HashSet<(UInt128 Taken, long State)> _tried = [];
    private readonly Stack<(Event Invocation, long State)> _taken = new();
    private readonly UInt128[] _marks;
    private UInt128 _set;
    private int _open;

    public LinearizabilitySearch(Call[] calls, ISequentialModel model)
    {
        (_calls, _model) = (calls, model);
        var random = new Prng(0x5EED);
        _marks = [.. calls.Select(_ => new UInt128(random.NextUInt64(), random.NextUInt64()))];
        Link();
    }

    /// <summary>Searches until it knows, or has taken so many steps.</summary>
    public Verdict Run(int budget)
    {
        var state = _model.Initial;
        var next = _head.Next;
        for (var step = 0; _open > 0; step++)
        {
            if (step >= budget) return Verdict.Unknown;
            Invariant.That(next is not null);
            if (!next.IsAnswer)
            {
                if (TryTake(next, ref state)) next = _head.Next;
                else next = next.Next;
                continue;
            }

            if (!_taken.TryPop(out var last)) return Verdict.Violated;
            state = last.State;
            PutBack(last.Invocation);
            next = last.Invocation.Next;
        }

        return Verdict.Linearizable;
    }

    private bool TryTake(Event invocation, ref long state)
    {
        var call = _calls[invocation.Call];
        var after = _model.Step(state, call.Operation, out var result);
        if (call.Result is { } seen && seen != result) return false;
        // The set of those taken and the state say all about what can follow: if it was tried before, it failed.
        if (!_tried.Add((_set ^ _marks[invocation.Call], after))) return false;
        _set ^= _marks[invocation.Call];
        _taken.Push((invocation, state));
        state = after;
        invocation.Remove();
        if (invocation.Answer is not { } answer) return true;
        answer.Remove();
        _open--;
        return true;
    }

    private void PutBack(Event invocation)
    {
        _set ^= _marks[invocation.Call];
        if (invocation.Answer is { } answer)
        {
            answer.Restore();
            _open++;
        }

        invocation.Restore();
    }

    private void Link()
    {
        var events = new List<(long At, bool IsAnswer, int Call, Event Event)>();
        for (var i = 0; i < _calls.Length; i++)
        {
            var invocation = new Event(i, isAnswer: false);
            events.Add((_calls[i].Invoked, false, i, invocation));
            if (_calls[i].Returned == long.MaxValue) continue;
            invocation.Answer = new Event(i, isAnswer: true);
            events.Add((_calls[i].Returned, true, i, invocation.Answer));
            _open++;
        }

        // At one instant invocations come first: who cannot tell the order may not forbid one.
        var last = _head;
        foreach (var (_, _, _, item) in events.OrderBy(e => e.At).ThenBy(e => e.IsAnswer).ThenBy(e => e.Call))
        {
            last.Next = item;
            item.Previous = last;
            last = item;
        }
    }

    private sealed class Event(int call, bool isAnswer)
    {
        public int Call { get; } = call;

        public bool IsAnswer { get; } = isAnswer;

        public Event? Answer { get; set; }

        public Event? Previous { get; set; }

        public Event? Next { get; set; }

        public void Remove()
        {
            Previous!.Next = Next;
            if (Next is not null) Next.Previous = Previous;
        }

        public void Restore()
        {
            Previous!.Next = this;
            if (Next is not null) Next.Previous = this;
        }
    }
}
