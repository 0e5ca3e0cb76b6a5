using FsCheck;
using FsCheck.Fluent;

using Skerry.Manifest.Core;
using Skerry.Manifest.Wire;
using Skerry.Primitives;

namespace Skerry.Manifest.Tests.Core;

/// <summary>The machine beside a model that keeps every revision whole; a thousand random steps from each seed.</summary>
public sealed class KeySpaceModelTests
{
    [Fact]
    public void A_machine_answers_as_the_model_does() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll<int>(seed => new Run((ulong)seed).Go(1000)));

    [Fact]
    public void Many_keys_come_and_go_and_the_tree_stays_in_order() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3), Prop.ForAll<int>(seed => new Run((ulong)seed, keys: 20_000).Go(12_000)));

    private sealed class Run(ulong seed, int keys = 40)
    {
        private readonly Prng _random = new(seed);
        private readonly ManifestMachine _machine = new();
        private readonly ManifestMachine _replica = new();
        private readonly ModelStore _model = new();
        private long _compacted = -1;

        public void Go(int steps)
        {
            _machine.Apply(new GrantBody(7, 100));
            _replica.Apply(new GrantBody(7, 100));
            for (var i = 0; i < steps; i++) Step();
            Assert.Equal(_model.Revision, _machine.Keys.Revision);
            Assert.Equal(_machine.Hash, _replica.Hash);
            var copy = _machine.Copy(out var bytes);
            Assert.Equal(bytes, copy.Save());
            Assert.Equal(bytes, _replica.Save());
            Compare(copy.Read(Ops.GetAll()), _model.Now, long.MaxValue);
            Assert.Equal(Ops.Text(copy.Leases.Find(7)!.KeysInOrder.SelectMany(record => record.Key).ToArray()),
                string.Concat(_model.Now.Where(pair => pair.Value.Lease == 7).Select(pair => pair.Key)));
            Empty(copy);
        }

        /// <summary>A tree built whole from a snapshot grows and shrinks like one that grew.</summary>
        private void Empty(ManifestMachine copy)
        {
            foreach (var machine in new[] { copy, _machine })
            {
                for (var i = 0; i < 500; i++) machine.Apply(Ops.Put($"k{i}x", ""));
                foreach (var entry in machine.Read(Ops.GetAll()).Entries.ToArray()) machine.Apply(new DeleteOp { Range = new KeyRange(entry.Key, default) });
                machine.Apply(Ops.Put("last", ""));
                machine.Apply(new CompactBody(machine.Keys.Revision));
                while (machine.Keys.IsUnclean) machine.Keys.Clean();
                Assert.Equal("last", machine.Read(Ops.GetAll()).Keys());
                Assert.Equal(1, machine.Keys.Root.Size);
            }

            Assert.Equal(_machine.Hash, copy.Hash);
            Assert.Equal(_machine.Save(), copy.Save());
        }

        private void Step()
        {
            switch (_random.Next(20))
            {
                case < 9: Put(); break;
                case < 12: Delete(); break;
                case < 15: Transact(); break;
                case < 19: Read(); break;
                default: if (_random.Chance(0.3)) Compact(); break;
            }
        }

        private ManifestResult Apply(object body)
        {
            var command = CommandCodec.Encode(new Command(0, default, body));
            Assert.True(CommandCodec.TryDecode(command, out var decoded));
            var result = _machine.Apply(decoded);
            _machine.Keys.Clean();
            CommandCodec.TryDecode(command, out decoded);
            // The replica frees nothing: what it answers and what it hashes to must not show it.
            _replica.Apply(decoded);
            Assert.Equal(_model.Revision, result.Revision);
            return result;
        }

        private void Put()
        {
            var (key, value, lease) = (Key(), Value(), _random.Chance(0.2) ? 7 : 0);
            _model.Change((content, revision) => ModelStore.Put(content, revision, key, value, lease));
            Assert.True(Apply(Ops.Put(key, value, lease)).IsDone);
        }

        private void Delete()
        {
            var range = Range();
            var deleted = _model.Change((content, _) => ModelStore.Delete(content, range));
            Assert.Equal(deleted, ((DeleteResult)Apply(new DeleteOp { Range = range })).Deleted);
        }

        private void Transact()
        {
            var (guard, first, second, value) = (Key(), Key(), Key(), Value());
            var version = _random.Next(3);
            var txn = new TxnOp
            {
                Compares = [Ops.When(guard, CompareTarget.Version, CompareResult.Greater, version)],
                Success = [Ops.Put(first, value), new TxnOp { Success = [Ops.Delete(second)] }, Ops.GetAll()],
                Failure = [Ops.Get(first), Ops.Delete(first)],
            };
            if (first == second)
            {
                Assert.Equal(ManifestError.DuplicateKey, Apply(txn).Error);
                return;
            }

            var holds = _model.Now.TryGetValue(guard, out var entry) && entry.Version > version;
            _model.Change((content, revision) => holds
                ? ModelStore.Put(content, revision, first, value, 0) + ModelStore.Delete(content, Ops.Key(second)) : ModelStore.Delete(content, Ops.Key(first)));
            var result = (TxnResult)Apply(txn);
            Assert.Equal(holds, result.Succeeded);
            if (holds) Compare((RangeResult)result.Results[2], _model.Now, long.MaxValue);
        }

        private void Compact()
        {
            var revision = _random.Next((int)_model.Revision + 1);
            var result = Apply(new CompactBody(revision));
            Assert.Equal(revision <= _compacted ? ManifestError.Compacted : ManifestError.None, result.Error);
            _compacted = Math.Max(_compacted, revision);
        }

        private void Read()
        {
            var op = new RangeOp { Range = Range(), Revision = _random.Next((int)_model.Revision + 1), Limit = _random.Next(5) };
            if (RangeReader.Check(op.Revision, _machine.Keys.Revision, _machine.Keys.Compacted) != ManifestError.None)
            {
                Assert.True(op.Revision < _compacted);
                return;
            }

            var expected = _model.At(op.Revision).Where(pair => op.Range.Contains(Ops.Bytes(pair.Key)));
            Compare(_machine.Read(op), expected, op.Limit == 0 ? long.MaxValue : op.Limit);
        }

        private static void Compare(RangeResult result, IEnumerable<KeyValuePair<string, ModelEntry>> expected, long limit)
        {
            var all = expected.ToList();
            Assert.Equal(all.Count, result.Count);
            Assert.Equal(all.Count > limit, result.HasMore);
            Assert.Equal(
                all.Take((int)Math.Min(limit, int.MaxValue)).Select(pair => (pair.Key, pair.Value)),
                result.Entries.Select(entry => (Ops.Text(entry.Key), new ModelEntry(Ops.Text(entry.Value), entry.CreateRevision, entry.ModRevision, entry.Version, entry.Lease))));
        }

        private KeyRange Range() => _random.Next(4) switch
        {
            0 => Ops.Key(Key()),
            1 => KeyRange.Prefix(Ops.Bytes(Key()[..2])),
            2 => Ops.Between(Key(), Key()),
            _ => Ops.Between(Key(), "\0"),
        };

        private string Key() => $"k{_random.Next(keys):x4}";

        private string Value() => new('v', _random.Next(40));
    }
}
