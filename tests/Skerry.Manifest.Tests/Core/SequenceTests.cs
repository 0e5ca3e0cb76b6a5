using FsCheck;
using FsCheck.Fluent;

using Skerry.Manifest.Core;
using Skerry.Primitives;

using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests.Core;

/// <summary>Consul's transactions: steps that see those before them, all or nothing, in one revision.</summary>
public sealed class SequenceTests
{
    private readonly ManifestMachine _machine = new();

    [Fact]
    public void Steps_see_what_those_before_them_did_and_make_one_revision()
    {
        _machine.Apply(Put("old", "1"));
        var result = Do(
            Step(SequenceVerb.Set, "a", "1"), Step(SequenceVerb.Get, "a"), Step(SequenceVerb.Set, "a", "2"), Step(SequenceVerb.Delete, "old"), Step(SequenceVerb.CheckNotExists, "old"),
            Step(SequenceVerb.GetTree, ""));
        Assert.Empty(result.Failures);
        Assert.Equal(["Set a=1@3", "Get a=1@3", "Set a=2@3", "GetTree a=2@3"], result.Answers.Select(Describe));
        Assert.Equal((3, 3L, "a"), ((int)result.Revision, _machine.Keys.Revision, _machine.Read(GetAll()).Keys()));
        // A key changes once in a revision: watchers are told of the last state alone.
        Assert.Equal(3, _machine.Keys.Events.End);
    }

    [Fact]
    public void With_one_failure_nothing_is_changed_and_every_failure_is_told()
    {
        _machine.Apply(Put("a", "1"));
        var hash = _machine.Keys.LiveHash;
        var result = Do(
            Step(SequenceVerb.Set, "b", "1"), Step(SequenceVerb.Cas, "a", index: 7), Step(SequenceVerb.DeleteTree, ""), Step(SequenceVerb.Get, "a"), Step(SequenceVerb.CheckNotExists, "a"),
            Step(SequenceVerb.Lock, "a", session: "nobody"));
        Assert.Equal([(1, ManifestError.StaleIndex), (3, ManifestError.KeyNotFound), (5, ManifestError.SessionNotFound)], result.Failures.Select(failure => (failure.Step, failure.Error)));
        Assert.Equal(2, result.Failures[0].Entry!.Value.ModRevision);
        Assert.Empty(result.Answers);
        Assert.Equal((hash, 2L), (_machine.Keys.LiveHash, _machine.Keys.Revision));
    }

    [Theory]
    [InlineData(SequenceVerb.Cas, "a", 0, ManifestError.StaleIndex)]
    [InlineData(SequenceVerb.Cas, "a", 2, ManifestError.None)]
    [InlineData(SequenceVerb.Cas, "none", 0, ManifestError.None)]
    [InlineData(SequenceVerb.Cas, "none", 2, ManifestError.StaleIndex)]
    [InlineData(SequenceVerb.DeleteCas, "a", 0, ManifestError.StaleIndex)]
    [InlineData(SequenceVerb.DeleteCas, "a", 2, ManifestError.None)]
    [InlineData(SequenceVerb.DeleteCas, "none", 5, ManifestError.None)]
    [InlineData(SequenceVerb.CheckIndex, "a", 2, ManifestError.None)]
    [InlineData(SequenceVerb.CheckIndex, "a", 3, ManifestError.StaleIndex)]
    [InlineData(SequenceVerb.CheckIndex, "none", 0, ManifestError.KeyNotFound)]
    [InlineData(SequenceVerb.GetOrEmpty, "none", 0, ManifestError.None)]
    [InlineData(SequenceVerb.CheckSession, "a", 0, ManifestError.None)]
    [InlineData(SequenceVerb.CheckSession, "none", 0, ManifestError.KeyNotFound)]
    [InlineData(SequenceVerb.Unlock, "a", 0, ManifestError.LockNotHeld)]
    [InlineData(SequenceVerb.CheckNotExists, "a", 0, ManifestError.KeyExists)]
    public void A_step_asks_for_what_Consul_asks_for(SequenceVerb verb, string key, long index, ManifestError expected)
    {
        _machine.Apply(Put("a", "1"));
        Assert.Equal(expected, Do(Step(verb, key, index: index)).Failures is [var failure] ? failure.Error : ManifestError.None);
    }

    [Fact]
    public void Locks_are_taken_and_let_go_in_a_sequence()
    {
        foreach (var id in new[] { "one", "two" }) _machine.Apply(new SessionBody(new ManifestSession { Id = id }));
        Assert.Empty(Do(Step(SequenceVerb.Lock, "door", "v", session: "one"), Step(SequenceVerb.CheckSession, "door", session: "one")).Failures);
        Assert.Equal(new KeyFacts(0, 1, "one"), Facts("door"));
        Assert.Equal(ManifestError.LockHeld, Do(Step(SequenceVerb.Lock, "door", session: "two")).Failures[0].Error);
        Assert.Equal(ManifestError.OtherSession, Do(Step(SequenceVerb.CheckSession, "door", session: "two")).Failures[0].Error);
        // Handed over in one revision.
        Assert.Empty(Do(Step(SequenceVerb.Unlock, "door", session: "one"), Step(SequenceVerb.Lock, "door", session: "two")).Failures);
        Assert.Equal(new KeyFacts(0, 2, "two"), Facts("door"));
        _machine.Apply(new EndSessionsBody(false, ["one"]));
        Assert.Equal("two", Facts("door")!.Session);
        _machine.Apply(new EndSessionsBody(false, ["two"]), stamp: 1000);
        Assert.Null(Facts("door")!.Session);
        Assert.Empty(_machine.Sessions.InOrder);
        _machine.Apply(new SessionBody(new ManifestSession { Id = "three" }));
        Assert.Equal(ManifestError.LockDelayed, Do(Step(SequenceVerb.Lock, "door", session: "three")).Failures[0].Error);
    }

    [Fact]
    public void A_key_that_is_deleted_or_written_leaves_its_lease_and_its_session()
    {
        _machine.Apply(new GrantBody(5, 60));
        _machine.Apply(new SessionBody(new ManifestSession { Id = "one", Behavior = SessionBehavior.Delete }));
        foreach (var key in new[] { "a", "b", "c" })
        {
            _machine.Apply(Put(key, "1", lease: 5));
            _machine.Apply(new LockOp { Key = Bytes(key), Session = "one" });
        }

        Assert.Empty(Do(Step(SequenceVerb.Delete, "a"), Step(SequenceVerb.Set, "a", "2"), Step(SequenceVerb.Set, "b", "2"), Step(SequenceVerb.Delete, "c")).Failures);
        Assert.Empty(_machine.Leases.Find(5)!.Keys);
        Assert.Equal("b", string.Join(' ', _machine.Sessions.Find("one")!.KeysInOrder.Select(record => Text(record.Key))));
        _machine.Apply(new EndSessionsBody(false, ["one"]));
        Assert.Equal("a", _machine.Read(GetAll()).Keys());
    }

    [Fact]
    public void Too_many_steps_and_keys_that_are_none_are_refused_whole()
    {
        Assert.Equal(ManifestError.TooManyOps, Apply([.. Enumerable.Repeat(Step(SequenceVerb.Set, "a"), 129)]).Error);
        Assert.Equal(ManifestError.EmptyKey, Apply([Step(SequenceVerb.Set, "")]).Error);
        Assert.Equal(ManifestError.Malformed, Apply([Step((SequenceVerb)99, "a")]).Error);
        Assert.Equal(ManifestError.Malformed, _machine.Apply(new TxnOp { Success = [new SequenceOp { Steps = [] }] }).Error);
        Assert.True(ReservedKeys.IsWrittenBy(new SequenceOp { Steps = [Step(SequenceVerb.DeleteTree, "_skerry/a")] }));
        Assert.False(ReservedKeys.IsWrittenBy(new SequenceOp { Steps = [Step(SequenceVerb.GetTree, "_skerry/"), Step(SequenceVerb.DeleteTree, ""), Step(SequenceVerb.Set, "a")] }));
    }

    [Fact]
    public void Any_steps_leave_replicas_and_their_copies_alike() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll<int>(seed =>
        {
            var random = new Prng((ulong)seed);
            var (first, second) = (new ManifestMachine(), new ManifestMachine());
            foreach (var machine in new[] { first, second })
            {
                foreach (var id in new[] { "one", "two" }) machine.Apply(new SessionBody(new ManifestSession { Id = id, LockDelay = 5 }));
            }

            for (var i = 0; i < 40; i++)
            {
                var steps = new SequenceStep[1 + random.Next(5)];
                for (var j = 0; j < steps.Length; j++)
                {
                    steps[j] = Step((SequenceVerb)1 + random.Next(13), "abc"[random.Next(3)].ToString(), $"{i}", random.Next(i + 2), random.Chance(0.5) ? "one" : "two");
                }

                foreach (var machine in new[] { first, second }) machine.Apply(new SequenceOp { Steps = steps }, stamp: i);
            }

            Assert.Equal(first.Hash, second.Hash);
            var copy = first.Copy(out var bytes);
            Assert.Equal(bytes, second.Save());
            Assert.Equal(first.Hash, copy.Hash);
            foreach (var machine in new[] { first, copy }) machine.Apply(new EndSessionsBody(false, ["one", "two"]), stamp: 100);
            Assert.Equal(first.Hash, copy.Hash);
        }));

    [Fact]
    public void A_range_says_when_it_changed_last_also_by_a_deletion_and_never_forgets_one()
    {
        _machine.Apply(Put("a/1", ""));
        _machine.Apply(Put("a/2", ""));
        _machine.Apply(Put("b", ""));
        Assert.Equal((3, 2, 1, 4), (Index("a/", true), Index("a/1"), Index("none"), Index("", true)));
        _machine.Apply(Delete("a/2"));
        Assert.Equal((5, 2, 5, 4), (Index("a/", true), Index("a/1"), Index("a/2"), Index("b")));
        _machine.Apply(Put("b", "again"));
        _machine.Apply(new CompactBody(6));
        while (_machine.Keys.IsUnclean) _machine.Keys.Clean();
        // The deletion at 5 is forgotten: whoever knew 3 must look once more, whatever it waits for.
        Assert.Equal((6, 2, 6, 6), (Index("a/", true), Index("a/1"), Index("a/2"), Index("b")));
    }

    private static SequenceStep Step(SequenceVerb verb, string key, string value = "", long index = 0, string session = "") =>
        new() { Verb = verb, Key = Bytes(key), Value = Bytes(value), Index = index, Session = session };

    private static string Describe((SequenceVerb Verb, KeyEntry Entry) answer) => $"{answer.Verb} {Text(answer.Entry.Key)}={Text(answer.Entry.Value)}@{answer.Entry.ModRevision}";

    private ManifestResult Apply(SequenceStep[] steps) => _machine.Apply(new SequenceOp { Steps = steps });

    private SequenceResult Do(params SequenceStep[] steps) => Assert.IsType<SequenceResult>(Apply(steps));

    private KeyFacts? Facts(string key) => _machine.Read(Get(key)).Entries[0].Facts;

    private int Index(string key, bool isPrefix = false) =>
        (int)_machine.Read(new RangeOp { Range = isPrefix ? KeyRange.Prefix(Bytes(key)) : Key(key), WantsIndex = true, KeysOnly = true }).Index;
}
